# Taskloom in a container: production packages only, not root, with the sandbox's tools. See docs/deployment.md.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY .swcrc nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src src
# The image has its own Node.js: the one that the project brings for other machines is left out.
RUN npm run build && npm prune --omit=dev --no-audit --no-fund && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM node:24-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap python3 tini vulture \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o node -g node /data
WORKDIR /app
ENV NODE_ENV=production DATA_DIR=/data
# Owned by root: the server cannot change its own program.
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY examples examples
USER node
VOLUME /data
EXPOSE 9876
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://localhost:${process.env.PORT || 9876}/health/live`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Room for new objects is bounded to 16 MB: with Node's own 32 a server takes 100 MB more and is no faster.
# tini passes signals on and reaps what the sandbox leaves behind.
ENTRYPOINT ["tini", "--", "node", "--enable-source-maps", "--max-semi-space-size=16", "dist/main.js"]
CMD ["serve"]
