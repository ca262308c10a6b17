import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';
import type { Trust } from '../kernel/trusted-proxies.ts';

const KEY_BYTES = 32;
/** A host with IPv6 has a whole /64 to choose addresses from. */
const IPV6_NETWORK_BYTES = 8;

/**
 * Tells clients apart by a hash of their address. Its key is random and of this process alone: the hashes lead back to
 * no address, and say nothing across a restart.
 */
export class AddressKeys {
  private readonly key = randomBytes(KEY_BYTES);

  constructor(private readonly trust: Trust) {}

  /** The same for requests of one address. Only trusted proxies are believed in whom they speak for. */
  keyOf(request: IncomingMessage): string {
    return createHmac('sha256', this.key)
      .update(networkOf(this.addressOf(request)))
      .digest('base64url');
  }

  /** What is no address, a proxy has made up: it counts for the proxy. */
  private addressOf(request: IncomingMessage): string {
    const peer = request.socket.remoteAddress ?? '';
    if (!ipaddr.isValid(peer)) return '';
    const client = proxyAddress(request, this.trust);
    return ipaddr.isValid(client) ? client : peer;
  }
}

/** An IPv4 address, also one that is written as IPv6; of an IPv6 address the network. */
function networkOf(address: string): Uint8Array {
  if (address === '') return new Uint8Array();
  const parsed = ipaddr.process(address);
  const bytes = Uint8Array.from(parsed.toByteArray());
  return parsed.kind() === 'ipv4' ? bytes : bytes.subarray(0, IPV6_NETWORK_BYTES);
}
