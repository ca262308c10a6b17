import { readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import type { NewTask } from '../client/index.ts';
import { messageOf } from '../kernel/errors.ts';
import { type LimitOptions, readLimits } from './limits.ts';
import { UsageError } from './usage-error.ts';

/** The options of `run` that say what the task is. */
export interface RequestOptions extends LimitOptions {
  readonly requireApproval?: boolean;
  readonly file?: readonly string[];
  readonly test?: readonly string[];
  readonly module?: readonly string[];
  readonly language?: string;
  readonly priority?: string;
  readonly id?: string;
}

const roles = ['source', 'test', 'regression', 'fixture'] as const;

/**
 * The task that a command line describes, its files read from a folder on disk. Throws UsageError that names the option
 * which cannot be carried out. What the values mean is for the server to judge.
 */
export async function taskRequest(prompt: string, options: RequestOptions, folder = '.'): Promise<NewTask> {
  const files = await Promise.all([
    ...(options.file ?? []).map((value) => readGiven(folder, ...splitRole(value))),
    ...(options.test ?? []).map((value) => readGiven(folder, value, 'test')),
  ]);
  const limits = readLimits(options);
  const modules = (options.module ?? []).map(readModule);
  return {
    prompt,
    ...(files.length > 0 ? { files } : {}),
    ...(modules.length > 0 ? { modules } : {}),
    ...(options.language === undefined ? {} : { language: options.language }),
    ...(options.priority === undefined ? {} : { priority: priorityOf(options.priority) }),
    ...(options.id === undefined ? {} : { taskId: options.id }),
    ...(options.requireApproval ? { requireApproval: true } : {}),
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
  };
}

type Role = (typeof roles)[number];

/** `path`, `path:role`: a source where no role is said. */
function splitRole(value: string): [path: string, role: Role] {
  const colon = value.lastIndexOf(':');
  if (colon <= 0) return [value, 'source'];
  const role = roles.find((name) => name === value.slice(colon + 1));
  if (role) return [value.slice(0, colon), role];
  throw new UsageError(`--file ${value}: after the colon stands one of ${roles.join(', ')}.`);
}

async function readGiven(
  folder: string,
  path: string,
  role: Role,
): Promise<{ path: string; content: string; role: Role }> {
  const normalised = normalize(path);
  if (isAbsolute(normalised) || normalised.split(sep)[0] === '..') {
    throw new UsageError(
      `${path} is outside ${folder === '.' ? 'the working directory' : folder}, and a file keeps its path in the workspace: go to the directory that holds it.`,
    );
  }
  try {
    const bytes = await readFile(join(folder, normalised));
    const content = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { path: normalised.split(sep).join('/'), content, role };
  } catch (error) {
    throw new UsageError(`${path} cannot be given: ${messageOf(error)}`);
  }
}

/** `path` or `path:needs,needs`. */
function readModule(value: string): { path: string; dependsOn: string[] } {
  const [path = '', needs = ''] = value.split(':', 2);
  return { path, dependsOn: needs.split(',').filter((name) => name !== '') };
}

function priorityOf(value: string): string | number {
  return /^\d+$/.test(value) ? Number(value) : value;
}
