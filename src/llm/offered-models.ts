/** Models come and go seldom: a list is good for so long. */
const KEPT_MS = 60_000;
const ASK_MS = 5000;

/** The names of the models that a provider has, asked for at most once a minute. */
export class OfferedModels {
  private names: Promise<ReadonlySet<string>> | null = null;
  private askedAt = -Infinity;

  constructor(private readonly list: (signal: AbortSignal) => Promise<readonly string[]>) {}

  /** A provider that does not answer has none: asked again the next time. */
  async has(name: string): Promise<boolean> {
    const now = performance.now();
    if (this.names === null || now - this.askedAt > KEPT_MS) {
      this.askedAt = now;
      this.names = this.list(AbortSignal.timeout(ASK_MS)).then((names) => new Set(names));
    }
    try {
      return (await this.names).has(name);
    } catch {
      this.names = null;
      return false;
    }
  }
}
