import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Principal } from '../policy/index.ts';

/** What the door has found out about whoever sends a request; it goes with the request to whatever serves it. */
export interface Sender {
  readonly principal: Principal;
  /** Aborted when the client is gone: what is still being done for it is for nobody. */
  readonly gone: AbortSignal;
  /** Of the request, as it is answered. */
  readonly correlationId: string;
}

const senders = new WeakMap<AuthInfo, Sender>();

/** In the form that the protocol library hands on with a request. The key itself is not in it. */
export function authInfoOf(sender: Sender): AuthInfo {
  const { name, role } = sender.principal;
  const info: AuthInfo = { token: '', clientId: name, scopes: [role] };
  senders.set(info, sender);
  return info;
}

/** Who sent the request that this came with. Throws where the door was passed by: that is our own fault. */
export function senderOf(authInfo: AuthInfo | undefined): Sender {
  const sender = authInfo && senders.get(authInfo);
  if (!sender) throw new Error('A request came to the tools without its sender.');
  return sender;
}
