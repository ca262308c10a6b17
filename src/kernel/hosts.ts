import { isIP } from 'node:net';
import { isLoopbackHost, isSameOrigin } from './loopback.ts';

const HTTP_PORT = 80;
/** An IPv6 address in brackets or a name (or IPv4 address), and a port. */
const hostForm = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?))(?::(\d{1,5}))?$/;

/** Reads ALLOWED_HOSTS: names with or without a port, separated by commas; null for what is no name of a host. */
export function readAllowedHosts(text: string): readonly string[] | null {
  const hosts = text.split(',').map((host) => host.trim().toLowerCase());
  return hosts.every((host) => hostForm.test(host)) ? hosts : null;
}

/** Reads CORS_ORIGINS: `https://name[:port]`, separated by commas, each as browsers write it; null for what is no origin. */
export function readOrigins(text: string): readonly string[] | null {
  const origins = text.split(',').map((origin) => origin.trim().toLowerCase());
  return origins.every((origin) => /^https?:/.test(origin) && URL.parse(origin)?.origin === origin) ? origins : null;
}

/** Whether only programs on the same machine reach a server that listens there. */
export function isLoopbackAddress(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Where a request came in: what the socket says, which no client can choose. */
export interface Arrival {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/**
 * Whether a Host header names this server: its loopback, the very address that was reached, or a name that is allowed.
 * Another name that leads here was rebound by a foreign page; an address cannot be.
 */
export function isOwnHost(host: string | undefined, arrival: Arrival, allowed: readonly string[]): boolean {
  const port = arrival.localPort ?? 0;
  if (isLoopbackHost(host, port)) return true;
  const given = (host ?? '').toLowerCase();
  const [, bracketed, plain, shown] = hostForm.exec(given) ?? [];
  const name = bracketed ?? plain;
  if (name === undefined) return false;
  if (allowed.includes(given) || allowed.includes(given.replace(/:\d{1,5}$/, ''))) return true;
  return isIP(name) !== 0 && name === plainAddress(arrival.localAddress) && Number(shown ?? HTTP_PORT) === port;
}

/** An IPv4 address that came over an IPv6 socket, as people write it. */
function plainAddress(address = ''): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase();
}

/** Whether an Origin header is absent, the very origin that was asked (for an allowed host also where a proxy ends TLS), or allowed. */
export function isOwnOrigin(
  origin: string | undefined,
  host: string,
  hosts: readonly string[],
  origins: readonly string[],
): boolean {
  if (isSameOrigin(origin, host) || origin === undefined) return true;
  const given = host.toLowerCase();
  const isAllowedHost = hosts.includes(given) || hosts.includes(given.replace(/:\d{1,5}$/, ''));
  return origins.includes(origin) || (isAllowedHost && origin.toLowerCase() === `https://${given}`);
}
