import { liveLines } from './live-lines.ts';
import type { LiveMessage } from './live-message.ts';
import type { Terminal } from './terminal.ts';

const CLOCK_WIDTH = 8;

/** Prints messages as they come: for people a clock and a line, for programs the message itself. */
export class LiveView {
  private startedAt: number | null = null;

  constructor(
    private readonly terminal: Terminal,
    private readonly json: boolean,
  ) {}

  show(message: LiveMessage): void {
    if (this.json) return this.terminal.json(message);
    const at = Date.parse(message.timestamp);
    this.startedAt ??= at;
    const clock = `${((at - this.startedAt) / 1000).toFixed(2)} s`.padStart(CLOCK_WIDTH);
    for (const line of liveLines(message)) {
      this.terminal.live(line, line.indented ? ' '.repeat(CLOCK_WIDTH + 2) : `${clock}  `);
    }
  }
}
