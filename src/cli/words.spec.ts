import { describe, expect, it } from '@jest/globals';
import { gist, printable } from './printable.ts';
import { table } from './table.ts';
import { Terminal } from './terminal.ts';
import { duration, lineCount, size } from './words.ts';

describe('words for people', () => {
  it('writes times and sizes in the unit that fits', () => {
    expect([12, 1400, 125_000].map(duration)).toEqual(['12 ms', '1.4 s', '2 min 5 s']);
    expect([0, 512, 1536, 3 * 2 ** 30].map(size)).toEqual(['0 B', '512 B', '1.5 KiB', '3.0 GiB']);
  });

  it('counts lines with and without a newline at the end', () => {
    expect(['', 'a', 'a\n', 'a\nb'].map(lineCount)).toEqual([0, 1, 1, 2]);
  });

  it('cuts long texts to whole characters', () => {
    expect(printable('🧶'.repeat(20), 5)).toBe('🧶🧶🧶🧶…');
  });

  it('tells what differs where the first line only announces it', () => {
    const message = "Not equal:\n+ actual - expected\n\n  [\n    'a',\n+   'b'\n-   'c'\n  ]\n    at x.js:1";
    expect(gist(message)).toBe("Not equal: + 'b' - 'c'");
    expect(gist('TypeError: x is not a function\n  + more')).toBe('TypeError: x is not a function');
  });

  it('aligns the columns of a table', () => {
    expect(table(['id', 'status'], [['task-1', 'done']])).toEqual(['id      status', 'task-1  done']);
  });

  it('colours only on a terminal, and never where NO_COLOR is set [CLI-1]', () => {
    const printed = (isTTY: boolean, environment: Record<string, string>) => {
      const lines: string[] = [];
      const stream = { isTTY, write: (text: string) => lines.push(text) };
      new Terminal(stream, stream, environment).print('ok', 'good');
      return lines.join('');
    };
    expect(printed(true, {})).toBe('\u001b[32mok\u001b[39m\n');
    expect(printed(true, { NO_COLOR: '1' })).toBe('ok\n');
    expect(printed(true, { TERM: 'dumb' })).toBe('ok\n');
    expect(printed(false, { FORCE_COLOR: '1' })).toBe('ok\n');
  });
});
