import { mkdtemp, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import type { Configuration } from '../../kernel/configuration.ts';
import { messageOf } from '../../kernel/errors.ts';
import { openToOthers } from '../../storage/index.ts';
import { startFailure } from '../start-failure.ts';
import { size } from '../words.ts';
import type { Finding } from './finding.ts';

const OLDEST_NODE = [24, 9] as const;
/** Below this a log of a few large tasks fills the disk. */
const LOW_DISK_BYTES = 1024 ** 3;
const TOO_LITTLE_DISK_BYTES = 64 * 1024 ** 2;

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  const works = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  const check = 'node';
  if (works) return { check, status: 'ok', detail: `version ${version}`, cure: null };
  const wanted = OLDEST_NODE.join('.');
  return {
    check,
    status: 'fault',
    detail: `version ${version}, ${wanted} or newer is needed`,
    cure: `Start by "npm start", which brings its own, or install Node.js ${wanted}.`,
  };
}

/** Free, or a Taskloom server answers there: both are fine. */
export async function checkPort(
  { HOST, PORT }: Pick<Configuration, 'HOST' | 'PORT'>,
  answers: (url: string) => Promise<boolean>,
): Promise<Finding> {
  const check = 'port';
  const url = `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`;
  try {
    await listenOnce(PORT, HOST);
    return { check, status: 'ok', detail: PORT === 0 ? 'a free one is taken at start' : `${url} is free`, cure: null };
  } catch (error) {
    if (await answers(url)) return { check, status: 'ok', detail: `a Taskloom server answers at ${url}`, cure: null };
    const [detail = messageOf(error)] = startFailure(error, { HOST, PORT, DATA_DIR: '' });
    return { check, status: 'fault', detail, cure: 'Set PORT to another port, or end what listens there.' };
  }
}

/** Writes a file there, or in the nearest directory that exists, and takes it away again. */
export async function checkDataDirectory(dataDir: string): Promise<Finding> {
  const check = 'data directory';
  try {
    const existing = await nearestDirectory(dataDir);
    const probe = await mkdtemp(join(existing, '.taskloom-doctor-'));
    try {
      await writeFile(join(probe, 'probe'), 'probe');
    } finally {
      await rm(probe, { recursive: true, force: true });
    }
    if (existing !== dataDir) {
      return { check, status: 'ok', detail: `${dataDir} will be made at the first start`, cure: null };
    }
    const found = await openToOthers(dataDir);
    const detail = `${dataDir} can be written`;
    if (!found) return { check, status: 'ok', detail, cure: null };
    return {
      check,
      status: 'note',
      detail: `${detail}, and other users of this machine can get into it (mode ${found.mode})`,
      cure: `Close it to them: chmod 700 ${dataDir}`,
    };
  } catch (error) {
    return {
      check,
      status: 'fault',
      detail: `${dataDir} cannot be written: ${messageOf(error)}`,
      cure: 'Give this user the right to write there, or set DATA_DIR to another directory.',
    };
  }
}

export async function checkDisk(dataDir: string): Promise<Finding> {
  const check = 'disk';
  try {
    const { bavail, bsize } = await statfs(await nearestDirectory(dataDir));
    const free = bavail * bsize;
    const status = free < TOO_LITTLE_DISK_BYTES ? 'fault' : free < LOW_DISK_BYTES ? 'note' : 'ok';
    const cure = status === 'ok' ? null : 'Free some space, or set DATA_DIR to another disk.';
    return { check, status, detail: `${size(free)} free for ${dataDir}`, cure };
  } catch (error) {
    return { check, status: 'fault', detail: messageOf(error), cure: 'Set DATA_DIR to a directory on a mounted disk.' };
  }
}

/** The directory itself, or its nearest parent that exists. */
async function nearestDirectory(path: string): Promise<string> {
  for (let place = path; ; place = dirname(place)) {
    const found = await stat(place).catch(() => null);
    if (found?.isDirectory()) return place;
    if (found) throw new Error(`${place} is a file, not a directory`);
    if (place === dirname(place)) throw new Error(`no part of ${path} exists`);
  }
}

function listenOnce(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => server.close(() => resolve()));
  });
}
