import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares a secret with what somebody claims it to be, in a time that says nothing of where they differ. */
export function isSameText(secret: string, claimed: unknown): boolean {
  return typeof claimed === 'string' && timingSafeEqual(digest(secret), digest(claimed));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
