const loopbackNames: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
const HTTP_PORT = 80;

/**
 * Whether a Host header names this machine's loopback and exactly this port. Any other name that resolves here is a
 * foreign page that rebound its DNS name. Names are compared without regard to case; a missing port is 80.
 */
export function isLoopbackHost(host: string | undefined, port: number): boolean {
  const parts = /^(\[[0-9a-f:]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(host ?? '');
  if (!parts?.[1]) return false;
  return loopbackNames.has(parts[1].toLowerCase()) && Number(parts[2] ?? HTTP_PORT) === port;
}

/** Whether an Origin header is absent or the very origin that was asked: another loopback name is another program's page. */
export function isSameOrigin(origin: string | undefined, host: string): boolean {
  return origin === undefined || origin.toLowerCase() === `http://${host.toLowerCase()}`;
}
