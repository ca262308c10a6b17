import type { IncomingHttpHeaders } from 'node:http';

/** What a request shows as its key (RFC 6750): undefined where it shows none, and '' where what it shows is none of ours. */
export function bearerTokenOf({ authorization }: IncomingHttpHeaders): string | undefined {
  if (authorization === undefined) return undefined;
  return /^Bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1] ?? '';
}

const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

/** Whether a proxy has passed a request on, as far as it says so. */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  return forwarding.some((name) => headers[name] !== undefined);
}
