import { posix } from 'node:path';
import { z } from 'zod';
import { SOURCE_CODE } from '../answer.ts';

/** A file as a prompt shows it: its whole code, or what stands for it when there is no room. */
export interface ShownFile {
  readonly path: string;
  readonly content: string;
  /** Default: code. */
  readonly form?: 'code' | 'summary';
}

/** One file as a model writes it. */
export interface WrittenFile {
  readonly path: string;
  readonly code: string;
}

/** The answer that holds exactly the file `path`: any other path is a wrong answer. */
export function writtenFile(path: string): z.ZodType<WrittenFile> {
  return z.strictObject({
    path: z.enum([path]),
    code: z
      .string()
      .min(1)
      .meta({ description: `the whole content of ${path}, no Markdown`, contentMediaType: SOURCE_CODE }),
  });
}

/** A titled part of a prompt; nothing where there is nothing to say. */
export function section(title: string, body: string): string {
  return body.trim() === '' ? '' : `## ${title}\n${body.trim()}`;
}

export function sections(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

export function bulletList(items: readonly string[]): string {
  return items.map((item) => `- ${item.trim()}`).join('\n');
}

/** A file that exists and is to be changed; nothing where it does not exist. */
export function presentSection(path: string, present: string | undefined): string {
  const words = 'This file exists and is to be changed. Whatever the task does not ask to change stays as it is.';
  return present === undefined
    ? ''
    : section(`${path} as it is now`, `${words}\n\n${fileBlocks([{ path, content: present }])}`);
}

/** Files in fences that no line of them can close. */
export function fileBlocks(files: readonly ShownFile[]): string {
  return files
    .map(({ path, content, form }) => {
      if (form === 'summary') return `### ${path} (summary)\n${content.trim()}`;
      const fence = '`'.repeat(Math.max(3, ...[...content.matchAll(/`{3,}/g)].map(([run]) => run.length + 1)));
      return `### ${path}\n${fence}\n${content.trimEnd()}\n${fence}`;
    })
    .join('\n\n');
}

/** What a file writes to import another: `./a.js`, `../src/a.ts`, or a dotted module name in Python. */
export function importName(language: string, from: string, to: string): string {
  if (language === 'python') return to.replace(/\.py$/, '').replaceAll('/', '.');
  const relative = posix.relative(posix.dirname(from), to);
  return relative.startsWith('.') ? relative : `./${relative}`;
}
