import { type Format, Exposition } from './exposition.ts';
import { Instruments } from './instruments.ts';
import { processMetrics } from './process-metrics.ts';
import type { Reading } from './catalogue.ts';
import type { ReadingSource } from './reading-sources.ts';

/** All metrics of one server: counted as things happen, or read when somebody asks. */
export class Metrics {
  readonly instruments = new Instruments();
  private readonly exposition = new Exposition([...this.instruments.all, ...processMetrics()]);
  private readonly sources: ReadingSource[] = [];
  private underWay: Promise<void> | null = null;

  constructor(private readonly report: (error: unknown) => void) {}

  /** From now on these gauges are read, too. */
  read(...sources: readonly ReadingSource[]): void {
    this.sources.push(...sources);
  }

  /**
   * Everything as it is now. Who asks while others are asking gets what is read for them: however many ask, the gauges
   * are read one time after the other. One that cannot be read is left out.
   */
  async scrape(format: Format): Promise<{ readonly contentType: string; readonly text: string }> {
    this.underWay ??= this.readGauges().finally(() => (this.underWay = null));
    await this.underWay;
    return { contentType: this.exposition.contentType(format), text: await this.exposition.write(format) };
  }

  private async readGauges(): Promise<void> {
    const readings: Reading[] = [];
    for (const result of await Promise.allSettled(this.sources.map((source) => Promise.try(source)))) {
      if (result.status === 'fulfilled') readings.push(...result.value);
      else {
        this.instruments.count('metric_read_failures_total', {});
        this.report(result.reason);
      }
    }
    this.instruments.show(readings);
  }
}
