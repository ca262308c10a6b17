/** The user and group that code runs as, where the server itself is root. */
export interface SandboxUser {
  readonly uid: number;
  readonly gid: number;
}

/** The upper end of what distributions leave to local accounts, far from those that are really given. */
const FIRST_UID = 58_000;
const BLOCKS = 31;
export const MAX_SLOTS = 64;

/**
 * A user of its own for every run at a time: runs cannot signal or read each other, and the kernel's limit of
 * processes, which counts by user, counts one run. Null where the server is not root: then code runs as the server's
 * user, and isolation is the tier's alone.
 */
export function sandboxUser(slot: number): SandboxUser | null {
  if (process.getuid?.() !== 0) return null;
  // Two servers at a time on one machine should not share users either.
  const id = FIRST_UID + (process.pid % BLOCKS) * MAX_SLOTS + slot;
  return { uid: id, gid: id };
}
