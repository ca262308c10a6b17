import type { AuthInfo } from '@modelcontextprotocol/server';

/** What the door has found out about whoever sends a request; it goes with the request to whatever serves it. */
export interface Caller {
  /** Aborted when the client is gone: what is still being done for it is for nobody. */
  readonly gone: AbortSignal;
}

const CALLER = 'taskloom/caller';

/** In the form that the protocol library hands on with a request. */
export function authInfoOf(caller: Caller): AuthInfo {
  return { token: '', clientId: 'local', scopes: [], extra: { [CALLER]: caller } };
}

/** Who sent the request that this came with. Throws where the door was passed by: that is our own fault. */
export function callerOf(authInfo: AuthInfo | undefined): Caller {
  const caller = authInfo?.extra?.[CALLER];
  if (typeof caller !== 'object' || caller === null || !('gone' in caller) || !(caller.gone instanceof AbortSignal)) {
    throw new Error('A request came to the tools without its caller.');
  }
  return { gone: caller.gone };
}
