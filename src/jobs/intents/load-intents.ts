import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../kernel/errors.ts';
import { IntentsFileError } from '../jobs.errors.ts';
import type { Intent } from './intent.ts';
import { readIntents } from './read-intents.ts';

/** Shipped beside this file, in the sources and in the build alike. */
const ownFile = fileURLToPath(new URL('intents.yaml', import.meta.url));

/** The intents of a file, by default our own. Rejects with IntentsFileError or InvalidIntentsError. */
export async function loadIntents(path: string = ownFile): Promise<readonly Intent[]> {
  let yaml: string;
  try {
    yaml = await readFile(path, 'utf8');
  } catch (error) {
    throw new IntentsFileError(path, messageOf(error), { cause: error });
  }
  return readIntents(yaml);
}
