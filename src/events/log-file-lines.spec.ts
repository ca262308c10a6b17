import { expect, it } from '@jest/globals';
import { firstLine, LogFileReading } from './log-file.ts';
import { LogFileLines } from './log-file-lines.ts';

it('refuses a line of a log file that has no end before it fills the memory [EV-29]', () => {
  const lines = new LogFileLines(new LogFileReading());
  expect([...lines.take(Buffer.from(`${firstLine}\n`))]).toEqual([]);
  // The same piece again and again: what is kept of it are references.
  const piece = Buffer.alloc(16 * 1024 * 1024, 'x');
  let pieces = 0;
  const endless = () => {
    for (; pieces < 100; pieces++) for (const event of lines.take(piece)) expect(event).toBeUndefined();
  };
  expect(endless).toThrow(
    expect.objectContaining({ line: 2, message: expect.stringContaining('is longer than') as unknown }),
  );
  expect(pieces).toBe(18);
});
