import { styleText } from 'node:util';
import type { LiveLine, Tone } from './live-lines.ts';

type Style = Parameters<typeof styleText>[0];

const styles: Readonly<Record<Tone, Style | null>> = {
  plain: null,
  strong: 'bold',
  good: 'green',
  bad: 'red',
  dim: 'dim',
};

/** A stream that may be a terminal: process.stdout, process.stderr, or what a test gives. */
export interface Output {
  write(text: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
}

/** Where a command writes: what was asked for to `out`, remarks and errors to `err`. */
export class Terminal {
  constructor(
    private readonly out: Output,
    private readonly err: Output,
    private readonly environment: Readonly<Record<string, string | undefined>> = {},
  ) {}

  /** Whether what is printed goes to a screen, where control characters could do harm. */
  get isTerminal(): boolean {
    return this.out.isTTY ?? false;
  }

  print(text: string, tone: Tone = 'plain'): void {
    this.out.write(`${this.paint(text, tone, this.out)}\n`);
  }

  /** Whether what is printed goes to a terminal, and not to a file or another program. */
  get isForEyes(): boolean {
    return this.out.isTTY ?? false;
  }

  /** Exactly these bytes, for files and other programs: never what others wrote to a terminal. */
  raw(content: string | Uint8Array): void {
    this.out.write(content);
  }

  /** Remarks that are no part of the answer: a pipe does not get them. */
  note(text: string, tone: Tone = 'plain'): void {
    this.err.write(`${this.paint(text, tone, this.err)}\n`);
  }

  /** One JSON value on one line. */
  json(value: unknown): void {
    this.out.write(`${JSON.stringify(value)}\n`);
  }

  live({ text, tone, indented }: LiveLine, prefix = ''): void {
    this.print(`${prefix}${indented ? '  ' : ''}${text}`, tone);
  }

  /** Colours only on a terminal that can show them, and never where NO_COLOR is set (no-color.org). */
  private paint(text: string, tone: Tone, stream: Output): string {
    const style = styles[tone];
    const { NO_COLOR, TERM } = this.environment;
    if (style === null || !stream.isTTY || NO_COLOR || TERM === 'dumb') return text;
    return styleText(style, text, { validateStream: false });
  }
}
