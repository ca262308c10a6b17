import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname } from 'node:path';

import { AppError } from '../kernel/errors.ts';
import { pythonDeadCode } from './python-dead-code.ts';
import type { Sandbox, SandboxFile, SandboxResult } from './sandbox.ts';

/** Code that nothing seems to need. A hint, no proof: what is only reached by a computed name counts as dead. */
export interface DeadCodeFinding {
  readonly path: string;
  readonly name: string;
  /** From 1. */
  readonly line: number;
  /** import, variable, function, class, unreachable, export of function … */
  readonly kind: string;
}

export interface DeadCodeReport {
  /** Name and version; null where nothing could look. */
  readonly analyser: string | null;
  /** By path and line, the first 200. */
  readonly findings: readonly DeadCodeFinding[];
  /** How many more there were. */
  readonly findingsCut: number;
  /** Why it could not be done, and what would help. */
  readonly problem?: string;
}

export interface DeadCodeRequest {
  readonly language: string;
  /** All files: what a test uses is not dead. Only those of the role `source` are looked at. */
  readonly files: readonly (SandboxFile & { readonly role?: string })[];
  readonly signal?: AbortSignal;
}

/** How dead code of a language is found: a program in the sandbox that only parses. */
interface Analyser {
  readonly extension: RegExp;
  readonly command: readonly [string, ...string[]];
  readonly cure: string;
  tools(): Promise<readonly SandboxFile[]>;
}

const script = `find-dead-code${extname(import.meta.url)}`;

const typescript: Analyser = {
  extension: /\.[cm]?[jt]sx?$/i,
  command: ['node', '--disable-warning=ExperimentalWarning', `{tools}/${script}`],
  cure: 'Install the npm package typescript beside Taskloom.',
  tools: async () => [
    { path: 'package.json', content: '{"type":"module"}' },
    { path: script, content: await readFile(new URL(script, import.meta.url), 'utf8') },
    { path: 'typescript.cjs', content: await readFile(createRequire(import.meta.url).resolve('typescript'), 'utf8') },
  ],
};

const vulture: Analyser = {
  extension: /\.pyw?$/i,
  command: ['python3', '-P', '-B', '-X', 'utf8', '{tools}/dead_code.py'],
  cure: 'Install vulture for the python3 on the PATH (Debian, Ubuntu: apt-get install vulture): no restart is needed.',
  tools: () => Promise.resolve([{ path: 'dead_code.py', content: pythonDeadCode }]),
};

const analysers: Readonly<Record<string, Analyser>> = { javascript: typescript, typescript, python: vulture };

const LIMITS = { wallMs: 60_000, cpuSeconds: 60 };
const MAX_FINDINGS = 200;
const MAX_PROBLEM = 500;

/** Finds code that nothing needs. What is analysed is not run, and who analyses it stands in the sandbox too. */
export class DeadCodeAnalyser {
  constructor(private readonly sandbox: Sandbox) {}

  /** Resolves also where it cannot be done, and says why. Rejects only with the reason of the signal. */
  async analyse({ language, files, signal }: DeadCodeRequest): Promise<DeadCodeReport> {
    const analyser = Object.hasOwn(analysers, language) ? analysers[language] : undefined;
    if (!analyser)
      return impossible(`No analyser is known for ${language}: ${Object.keys(analysers).join(', ')} can be.`);
    // Nothing else is needed, so a configuration in the workspace has no say.
    const code = files.filter(({ path }) => analyser.extension.test(path));
    const question = {
      files: code.map(({ path }) => path),
      sources: code.filter(({ role }) => role === 'source').map(({ path }) => path),
      maxFindings: MAX_FINDINGS,
    };
    try {
      const result = await this.sandbox.run({
        files: code.map(({ path, content }) => ({ path, content })),
        tools: await analyser.tools(),
        command: analyser.command,
        input: JSON.stringify(question),
        limits: LIMITS,
        ...(signal ? { signal } : {}),
      });
      signal?.throwIfAborted();
      return readReport(result, analyser);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof AppError) return impossible(error.message);
      if (isMissingModule(error)) return impossible(`The analyser is missing. ${analyser.cure}`);
      throw error;
    }
  }
}

function readReport({ report, exitCode, ended, stderr }: SandboxResult, { cure }: Analyser): DeadCodeReport {
  const read = parsed(report);
  if (read?.missing) return impossible(`The analyser is missing. ${cure}`);
  if (read?.analyser && exitCode === 0)
    return { analyser: read.analyser, findings: read.findings, findingsCut: read.findingsCut };
  const how = ended === null ? `ended with ${exitCode ?? 'a signal'}` : `was ended at its limit (${ended})`;
  return impossible(`The analyser ${how}: ${stderr.trim().slice(-MAX_PROBLEM) || 'no word why'}`);
}

/** It comes from our own program, which read files that were not: it is believed, but not blindly. */
function parsed(report: string): (DeadCodeReport & { readonly missing?: boolean }) | null {
  try {
    return JSON.parse(report) as DeadCodeReport;
  } catch {
    return null;
  }
}

function impossible(problem: string): DeadCodeReport {
  return { analyser: null, findings: [], findingsCut: 0, problem };
}

function isMissingModule(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
}
