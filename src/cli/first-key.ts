import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Terminal } from './terminal.ts';

/** The file of the first key, in the data directory. */
export const FIRST_KEY_FILE = 'first-admin-key';

/**
 * Shows the key that was made at the first start to whoever sits at the terminal. What is printed elsewhere ends up in
 * some log, so there it is put into a file that only this user can read.
 */
export function showFirstKey(terminal: Terminal, key: string, dataDirectory: string): void {
  if (terminal.isTerminal) {
    terminal.print(
      'Everybody needs a key here, and there was none. This is one of an admin; it is not shown again:',
      'strong',
    );
    terminal.print(key);
    return;
  }
  const path = join(dataDirectory, FIRST_KEY_FILE);
  // Anew, so that an older file with wider permissions does not stay.
  rmSync(path, { force: true });
  writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' });
  terminal.note(
    `Everybody needs a key here, and there was none. One of an admin is in ${path}: take it from there and remove the file.`,
  );
}
