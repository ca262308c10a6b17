import type { Principal } from './principal.ts';

/**
 * In whose name something counts: that of the key or token that was shown. Only on this machine, where none is needed,
 * callers are whom they say they are; without a word: user.
 */
export function personOf(caller: Principal | undefined, said?: string): string {
  return caller === undefined || caller.by === 'loopback' ? (said ?? 'user') : caller.name;
}
