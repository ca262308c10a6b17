import { randomBytes, randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../kernel/errors.ts';
import { keyIdIn, type SealingKey, sealingKeyOf } from './sealed-secret.ts';
import { WebhookKeyDiffersError, WebhookKeyError, WebhookKeyFileError } from './webhooks.errors.ts';

/** Where the key comes from. */
export interface KeySource {
  /** Of the file with the key: the data directory. */
  readonly directory: string;
  /** Instead of the file's. */
  readonly secretKey?: string | undefined;
}

/** The file of the key in the data directory. */
const WEBHOOK_KEY_FILE = 'webhook-key';

const FILE_MODE = 0o600;
const KEY_BYTES = 32;
const keyForm = /^[\w-]{43}$/;

/**
 * The key that secrets are sealed with from now on, then the one that they may have been sealed with before. Makes the file
 * where there is no key at all. Rejects with WebhookKeyFileError for a file that holds none, with WebhookKeyError where
 * a new key would be of no use, as secrets are sealed with one that is gone, and with WebhookKeyDiffersError where a file's
 * key is not that of the other instances, `othersKeyId`.
 */
export async function sealingKeys(
  { directory, secretKey }: KeySource,
  stored: readonly { readonly id: string; readonly secret: string }[],
  othersKeyId: string | null = null,
): Promise<readonly [SealingKey, ...SealingKey[]]> {
  const kept = await readKeyFile(directory);
  const ofFile = kept === null ? [] : [sealingKeyOf(kept)];
  if (secretKey !== undefined) return [sealingKeyOf(secretKey), ...ofFile];
  const [key] = ofFile;
  const isOthers = othersKeyId !== null && key?.id !== othersKeyId;
  if (key && isOthers) throw new WebhookKeyDiffersError();
  if (key) return [key];
  for (const { id, secret } of stored) {
    const keyId = keyIdIn(secret);
    if (keyId !== null) throw new WebhookKeyError(id, keyId);
  }
  if (isOthers) throw new WebhookKeyDiffersError();
  return [sealingKeyOf(await makeKeyFile(directory))];
}

/** Null where there is no file. */
async function readKeyFile(directory: string): Promise<string | null> {
  const path = join(directory, WEBHOOK_KEY_FILE);
  try {
    const text = (await readFile(path, 'utf8')).trim();
    if (!keyForm.test(text)) throw new WebhookKeyFileError(path);
    return text;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Makes a key and its file, which only this user can read. It is on the disk, whole, when this resolves. */
async function makeKeyFile(directory: string): Promise<string> {
  const key = randomBytes(KEY_BYTES).toString('base64url');
  const temporary = join(directory, `.${WEBHOOK_KEY_FILE}-${randomUUID()}`);
  try {
    const file = await open(temporary, 'wx', FILE_MODE);
    try {
      await file.writeFile(`${key}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(directory, WEBHOOK_KEY_FILE));
  } finally {
    await rm(temporary, { force: true });
  }
  return key;
}
