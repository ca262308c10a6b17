import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { NoRedactor, type Redactor } from '../kernel/redactor.ts';
import type { RecordedCall } from './recording.ts';

/** Prompts and code are in it. */
const FILE_MODE = 0o600;

/**
 * Appends calls to a recording, one line each, in the order they end. A line that an earlier process did not finish is
 * cut off first, so the file stays readable. Secrets are taken out, as they are of the events that it stands beside.
 */
export class Recorder {
  private last: Promise<void>;

  constructor(
    readonly path: string,
    private readonly redactor: Redactor = new NoRedactor(),
  ) {
    this.last = prepare(path);
    // Whoever records next hears of it.
    this.last.catch(() => undefined);
  }

  /** Resolves once the line is handed to the system; rejects when it cannot be written, and the next call tries again. */
  record(call: RecordedCall): Promise<void> {
    const line = `${JSON.stringify(this.redactor.data(call))}\n`;
    this.last = this.last.catch(() => prepare(this.path)).then(() => append(this.path, line));
    return this.last;
  }
}

async function append(path: string, line: string): Promise<void> {
  const file = await open(path, 'a', FILE_MODE);
  try {
    await file.appendFile(line);
  } finally {
    await file.close();
  }
}

async function prepare(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a+', FILE_MODE);
  try {
    const content = await file.readFile();
    const complete = content.lastIndexOf(0x0a) + 1;
    if (complete < content.length) await file.truncate(complete);
  } finally {
    await file.close();
  }
}
