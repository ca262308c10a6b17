import { TaskloomError } from './errors.ts';

/** How a connection ended, as Socket.IO tells it: of a WebSocket with the event of its close. */
type Ending = Error | { readonly description: string; readonly context?: unknown } | undefined;

const POLICY_VIOLATION = 1008;

/** What passes when others leave. */
const passing: ReadonlySet<string> = new Set([
  'TOO_MANY_CONNECTIONS',
  'TOO_MANY_CONNECTIONS_OF_ADDRESS',
  'ACCESS_RATE_LIMITED',
  'INTERNAL',
]);

/** The server's own reason for not letting a connection in; null when it ended otherwise. */
export function refusalOf(ending: Ending): TaskloomError | null {
  if (!ending || ending instanceof Error) return null;
  const { code, reason } = (ending.context ?? {}) as { readonly code?: unknown; readonly reason?: unknown };
  if (code !== POLICY_VIOLATION) return null;
  const [, name = 'CONNECTION_REFUSED', message = ''] = /^([A-Z_]+): (.*)$/.exec(String(reason)) ?? [];
  return new TaskloomError(name, message || 'The server refuses this connection and does not say why.');
}

/** What the server says of a handshake that it refuses, as for want of a key; null when it failed otherwise. */
export function handshakeRefusalOf(error: Error & { readonly data?: unknown }): TaskloomError | null {
  const { code, details } = (error.data ?? {}) as { readonly code?: unknown; readonly details?: unknown };
  if (typeof code !== 'string') return null;
  return new TaskloomError(code, error.message, { details: (details ?? {}) as Record<string, unknown> });
}

/** Whether it is worth trying again. */
export function passes({ code }: TaskloomError): boolean {
  return passing.has(code);
}
