import type { McpServer, ServerEvent } from '@modelcontextprotocol/server';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { ResourceNews } from './resource-news.ts';

const MAX_SUBSCRIPTIONS = 1000;

/** Serves resources/subscribe and resources/unsubscribe to a session (2025-11-25), and tells it of news. */
export function serveSubscriptions({ server }: McpServer, news: ResourceNews): void {
  const uris = new Set<string>();
  let leave: (() => void) | null = null;

  const tell = (event: ServerEvent) => {
    if (event.kind === 'resources_list_changed') void server.sendResourceListChanged().catch(() => undefined);
    if (event.kind !== 'resource_updated' || !uris.has(event.uri)) return;
    // Nobody listens just now: the client fetches what it needs when it is back.
    void server.sendResourceUpdated({ uri: event.uri }).catch(() => undefined);
  };

  server.setRequestHandler('resources/subscribe', ({ params }) => {
    if (uris.size >= MAX_SUBSCRIPTIONS) {
      const message = `A session can follow ${MAX_SUBSCRIPTIONS} resources: unsubscribe from some.`;
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, message, { uri: params.uri });
    }
    uris.add(params.uri);
    leave ??= news.subscribe(tell);
    return {};
  });
  server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    uris.delete(params.uri);
    if (uris.size === 0) stop();
    return {};
  });

  const stop = () => {
    leave?.();
    leave = null;
  };
  const closed = server.onclose;
  server.onclose = () => {
    stop();
    closed?.();
  };
}
