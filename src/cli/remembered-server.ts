import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemCodeOf } from '../kernel/errors.ts';

/** The server that `taskloom connect` has named, the key it wants to be shown, and what it wants of workers. */
export interface RememberedServer {
  readonly url: string;
  readonly key?: string;
  readonly token?: string;
}

/** Where it is kept: readable by its owner alone. */
export function rememberedServerPath({ XDG_CONFIG_HOME }: NodeJS.ProcessEnv): string {
  return join(XDG_CONFIG_HOME?.trim() || join(homedir(), '.config'), 'taskloom', 'server.json');
}

/** null where none is remembered, or what is kept cannot be read as one. */
export function rememberedServer(environment: NodeJS.ProcessEnv): RememberedServer | null {
  try {
    const kept = JSON.parse(
      readFileSync(rememberedServerPath(environment), 'utf8'),
    ) as Partial<RememberedServer> | null;
    if (typeof kept?.url !== 'string') return null;
    const { url, key, token } = kept;
    return {
      url,
      ...(typeof key === 'string' ? { key } : {}),
      ...(typeof token === 'string' ? { token } : {}),
    };
  } catch {
    return null;
  }
}

export function rememberServer(environment: NodeJS.ProcessEnv, server: RememberedServer): void {
  const path = rememberedServerPath(environment);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Anew, so that an older file with wider permissions does not stay.
  rmSync(path, { force: true });
  writeFileSync(path, `${JSON.stringify(server)}\n`, { mode: 0o600 });
}

/** Answers whether there was one. */
export function forgetServer(environment: NodeJS.ProcessEnv): boolean {
  try {
    rmSync(rememberedServerPath(environment));
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
