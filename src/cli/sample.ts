import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { NewTask } from '../client/index.ts';

/** The sample that ships with Taskloom: found from src and from dist alike. */
const directory = new URL('../../examples/text-statistics/', import.meta.url);

export const sampleRecording = fileURLToPath(new URL('recording.jsonl', directory));

export async function sampleTask(): Promise<NewTask> {
  return JSON.parse(await readFile(new URL('task.json', directory), 'utf8')) as NewTask;
}
