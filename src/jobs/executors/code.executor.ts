import { z } from 'zod';
import type { Json } from '../../kernel/json.ts';
import { checkFiles, type Sandbox, type SandboxResult } from '../../workspace/index.ts';
import { CodeEndedError } from '../jobs.errors.ts';
import { jsonValue, readJson } from '../json-value.ts';
import { type ExecutionContext, SchemaExecutor } from './executor.ts';

const MiB = 2 ** 20;
const MAX_SOURCE = 500_000;
const MAX_FILES = 100;
const MAX_OUTPUT_BYTES = MiB;
/** The step's own time ends the run; this only ends one that nobody watches any more. */
const WALL_MS = 3_600_000;

const path = () => z.string().min(1).max(1024);

const params = z
  .strictObject({
    language: z.enum(['javascript', 'python']),
    /** The program, as it is run: a JavaScript module or a Python script. */
    source: z.string().min(1).max(MAX_SOURCE),
    /** Stands as JSON on its standard input. */
    input: jsonValue().optional(),
    files: z
      .array(z.strictObject({ path: path(), content: z.string().max(MAX_SOURCE) }))
      .max(MAX_FILES)
      .default([]),
    /** Paths that are read back after it: plain files of text. */
    collect: z.array(path()).max(MAX_FILES).default([]),
    memoryMb: z.int().min(64).max(4096).default(512),
    verify: z
      .strictObject({
        exitCode: z.int().min(0).max(255).default(0),
        /** What must stand in its standard output. */
        outputIncludes: z.string().max(10_000).optional(),
      })
      .prefault({}),
  })
  .superRefine(({ files, collect }, context) => {
    const check = (field: string, paths: readonly string[]) => {
      for (const { path: at, message } of checkFiles(
        paths.map((each) => ({ path: each })),
        '',
      )) {
        const index = Number(/^\[(\d+)\]/.exec(at)?.[1] ?? 0);
        context.addIssue({ code: 'custom', path: [field, index], message });
      }
    };
    check(
      'files',
      files.map((file) => file.path),
    );
    check('collect', collect);
  });

type Params = z.infer<typeof params>;

type Result = {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The standard output as JSON; null where it is none. */
  readonly output: Json;
  readonly files: Readonly<Record<string, string>>;
};

/** Lets a script import the files beside it, which the sandbox's Python does not look for by itself. */
const runScript = "import runpy, sys; sys.path.insert(0, '.'); runpy.run_path('main.py', run_name='__main__')";

const programs = {
  javascript: { file: 'main.mjs', command: ['node', '--disable-warning=ExperimentalWarning', 'main.mjs'] },
  python: { file: 'main.py', command: ['python3', '-B', '-X', 'utf8', '-c', runScript] },
} as const;

/** Runs a program in the sandbox: no network, limited time, memory and output. */
export class CodeExecutor extends SchemaExecutor<Params, Result> {
  override readonly action = 'code';
  override readonly description =
    'Runs a program in a sandbox without network; params: language (javascript, python), source, input (JSON on standard input), files, collect. Result: exitCode, stdout, stderr, output (standard output as JSON), files';
  override readonly timeoutMs = 60_000;
  protected override readonly schema = params;
  protected override readonly literal = ['source', 'language'];

  constructor(private readonly sandbox: Sandbox) {
    super();
  }

  protected override async perform(given: Params, { signal, onOutput }: ExecutionContext): Promise<Result> {
    const { file, command } = programs[given.language];
    const run = await this.sandbox.run({
      files: [...given.files.filter(({ path: name }) => name !== file), { path: file, content: given.source }],
      command,
      input: given.input === undefined ? '' : JSON.stringify(given.input),
      limits: { wallMs: WALL_MS, memoryBytes: given.memoryMb * MiB, outputBytes: MAX_OUTPUT_BYTES },
      collect: given.collect,
      signal,
      onOutput,
    });
    signal.throwIfAborted();
    if (run.ended !== null) throw new CodeEndedError(run.ended, lastLines(run));
    const { exitCode, stdout, stderr, collected } = run;
    return { exitCode, stdout, stderr, output: readJson(stdout) ?? null, files: collected };
  }

  protected override judge({ verify, collect }: Params, { exitCode, stdout, stderr, files }: Result): string | null {
    if (exitCode !== verify.exitCode) {
      return `the program ended with ${exitCode ?? 'a signal'} instead of ${verify.exitCode}. ${lastLines({ stdout, stderr })}`.trim();
    }
    const { outputIncludes } = verify;
    if (outputIncludes !== undefined && !stdout.includes(outputIncludes)) {
      return `its output does not hold ${JSON.stringify(outputIncludes)}`;
    }
    const missing = collect.find((name) => !Object.hasOwn(files, name));
    return missing === undefined ? null : `it left no file ${missing}`;
  }
}

const MOST_SHOWN = 500;

function lastLines({ stdout, stderr }: Pick<SandboxResult, 'stdout' | 'stderr'>): string {
  return (stderr.trim() || stdout.trim()).slice(-MOST_SHOWN);
}
