/** The newest state that was seen, by its version. Clients use the same rule to drop messages that come too late. */
export class VersionedState<T> {
  private version: number | null = null;
  private state: T | undefined;

  /** Takes the state if its version is above the current one (any first version is). Answers whether it was taken. */
  update(version: number, state: T): boolean {
    if (!Number.isSafeInteger(version) || version < 0) throw new RangeError(`${version} is no version: give 0, 1, 2 …`);
    if (this.version !== null && version <= this.version) return false;
    this.version = version;
    this.state = state;
    return true;
  }

  /** 0 before the first update. */
  get currentVersion(): number {
    return this.version ?? 0;
  }

  get current(): T | undefined {
    return this.state;
  }
}
