import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { readSecretFiles } from './secret-files.ts';

describe('secrets in files (PL-3)', () => {
  it('are read into their settings, and only into those that are secret', () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'keys');
    writeFileSync(path, 'admin:abcdefghijklmnopqrstuvwx\n');
    const environment: NodeJS.ProcessEnv = { API_KEYS_FILE: path, PORT_FILE: path };
    readSecretFiles(environment);
    expect(environment).toMatchObject({ API_KEYS: 'admin:abcdefghijklmnopqrstuvwx' });
    expect(environment.PORT).toBeUndefined();
  });

  it('that cannot be read, or are set twice, are named', () => {
    expect(() => readSecretFiles({ JWT_SECRET_FILE: '/nowhere/secret' })).toThrow(
      /JWT_SECRET_FILE cannot be read.*ENOENT/,
    );
    expect(() => readSecretFiles({ JWT_SECRET_FILE: '/x', JWT_SECRET: 'y' })).toThrow('are both set');
  });
});
