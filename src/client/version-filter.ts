/**
 * Ignores what is older than what was seen: at version 3 a message or state of version 2 is passed over. Equal
 * versions are taken, as several events may belong to one version of the code. One filter per task.
 */
export class VersionFilter {
  private newest = -1;

  /** 0 before the first. */
  get version(): number {
    return Math.max(0, this.newest);
  }

  /** Whether it is new enough to be used; then it is what the next ones are measured by. */
  accepts({ version }: { readonly version: number }): boolean {
    if (!Number.isSafeInteger(version) || version < this.version) return false;
    this.newest = version;
    return true;
  }
}
