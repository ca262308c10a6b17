import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Configuration } from '../kernel/configuration.ts';
import { trustOf } from '../kernel/trusted-proxies.ts';
import { Access, AddressKeys, bearerTokenOf, isForwarded, KeyMissingError, redactorOf } from '../policy/index.ts';
import { setUpDocumentation } from './open-api.adapter.ts';
import { isOpenRoute } from './open-routes.ts';
import { ProblemFilter } from './problem.filter.ts';
import { corsHeadersOf, refusalOf } from './request-check.ts';
import { RouteTable } from './route-table.ts';

const answerHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

/** Puts on the application what holds for every route: who may ask, one shape of errors, documentation. Call before init. */
export function configureApi(app: NestFastifyApplication, configuration: Configuration): void {
  const routes = new RouteTable();
  const access = app.get(Access);
  const filter = new ProblemFilter(routes, configuration.BODY_MAX_BYTES, redactorOf(configuration), access);
  const door = new Door(access, new AddressKeys(trustOf(configuration.TRUSTED_PROXIES)));
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  server.addHook('onRequest', async (request, reply) => {
    const cors = corsHeadersOf(request.raw, configuration);
    void reply.headers({ ...answerHeaders, ...cors.headers, 'x-correlation-id': request.id });
    // Answered here: an error passed on would not reach the filter from the routes of the documentation.
    const refusal = refusalOf(request.raw, configuration);
    if (refusal) filter.answer(refusal, request, reply);
    else if (cors.isPreflight) void reply.status(204).send();
    else {
      try {
        await door.enter(request, reply);
        return;
      } catch (error) {
        filter.answer(error, request, reply);
      }
    }
    return reply;
  });
  app.useGlobalFilters(filter);
  setUpDocumentation(app);
}

/** Lets requests in of which is known who sends them; the guard then looks at what they may. */
class Door {
  constructor(
    private readonly access: Access,
    private readonly addresses: AddressKeys,
  ) {}

  /** Rejects with KeyMissingError, KeyRefusedError or RateLimitedError. An answer that outlives its key is broken off. */
  async enter({ raw, routeOptions }: FastifyRequest, reply: FastifyReply): Promise<void> {
    const caller = await this.access.admit(raw, {
      token: bearerTokenOf(raw.headers),
      isForwarded: isForwarded(raw.headers),
      address: () => this.addresses.keyOf(raw),
      otherTokens: 'refuse',
    });
    if (caller)
      reply.raw.once(
        'close',
        this.access.held.hold(caller, () => reply.raw.destroy()),
      );
    else if (!isOpenRoute(routeOptions.url)) throw new KeyMissingError();
  }
}
