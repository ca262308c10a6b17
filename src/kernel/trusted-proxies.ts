import proxyAddress from '@fastify/proxy-addr';

/** Whether what an address says of whom it speaks for is believed. */
export type Trust = (address: string, hop: number) => boolean;

/**
 * Reads addresses and CIDR ranges separated by commas; `loopback`, `linklocal` and `uniquelocal` stand for theirs.
 * Nothing given: nobody is trusted. Throws TypeError for what is no address.
 */
export function trustOf(proxies: string | undefined): Trust {
  if (proxies === undefined) return () => false;
  return proxyAddress.compile(proxies.split(',').map((proxy) => proxy.trim()));
}

export function areProxies(text: string): boolean {
  try {
    trustOf(text);
    return true;
  } catch {
    return false;
  }
}
