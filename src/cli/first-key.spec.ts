import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { FIRST_KEY_FILE, showFirstKey } from './first-key.ts';
import { Terminal } from './terminal.ts';

function terminal(isTTY: boolean) {
  const printed: string[] = [];
  const output = { isTTY, write: (text: string | Uint8Array) => printed.push(String(text)) };
  return { printed, terminal: new Terminal(output, output, { NO_COLOR: '1' }) };
}

describe('the key of the first start (PL-3)', () => {
  it('is shown on a terminal, and kept nowhere', () => {
    using directory = temporaryDirectory();
    const screen = terminal(true);
    showFirstKey(screen.terminal, 'tlk_key', directory.path);
    expect(screen.printed.join('')).toContain('tlk_key\n');
    expect(() => statSync(join(directory.path, FIRST_KEY_FILE))).toThrow('ENOENT');
  });

  it('goes into a file for this user alone where what is printed becomes a log', () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, FIRST_KEY_FILE);
    writeFileSync(path, 'an older one', { mode: 0o644 });
    const log = terminal(false);
    showFirstKey(log.terminal, 'tlk_key', directory.path);
    expect(log.printed.join('')).not.toContain('tlk_key');
    expect(log.printed.join('')).toContain(path);
    expect(readFileSync(path, 'utf8')).toBe('tlk_key\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
