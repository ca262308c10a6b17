import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { Command, CommanderError } from 'commander';
import { Cli } from './cli.ts';
import { addAgent } from './commands/agent.ts';
import { addAgents } from './commands/agents.ts';
import { addAnswer } from './commands/answer.ts';
import { addApprove } from './commands/approve.ts';
import { addPause } from './commands/pause.ts';
import { addReport } from './commands/report.ts';
import { addResume } from './commands/resume.ts';
import { addCancel } from './commands/cancel.ts';
import { addCompare } from './commands/compare.ts';
import { addConnect, addDisconnect } from './commands/connect.ts';
import { addBrief } from './commands/brief.ts';
import { addContext } from './commands/context.ts';
import { addDemo } from './commands/demo.ts';
import { addDiff } from './commands/diff.ts';
import { addDispatch } from './commands/dispatch.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvents } from './commands/events.ts';
import { addExplain } from './commands/explain.ts';
import { addExport } from './commands/export.ts';
import { addFiles } from './commands/files.ts';
import { addFork } from './commands/fork.ts';
import { addFsck } from './commands/fsck.ts';
import { addImport } from './commands/import.ts';
import { addIntervene } from './commands/intervene.ts';
import { addJob } from './commands/job.ts';
import { addJobs } from './commands/jobs.ts';
import { addAudit } from './commands/audit.ts';
import { addKeys } from './commands/keys.ts';
import { addKnowledge } from './commands/knowledge.ts';
import { addMcp } from './commands/mcp.ts';
import { addPlan } from './commands/plan.ts';
import { addReplay } from './commands/replay.ts';
import { addResult } from './commands/result.ts';
import { addRun } from './commands/run.ts';
import { addSchedule } from './commands/schedule.ts';
import { addServe } from './commands/serve.ts';
import { addShow } from './commands/show.ts';
import { addTasks } from './commands/tasks.ts';
import { addTop } from './commands/top.ts';
import { addVerify } from './commands/verify.ts';
import { addVersions } from './commands/versions.ts';
import { addWatch } from './commands/watch.ts';
import { addWebhooks } from './commands/webhooks.ts';
import { addWork } from './commands/work.ts';
import { addWorker } from './commands/worker.ts';
import { addWorkers } from './commands/workers.ts';
import { exitCodes } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import type { StartServer } from './running-server.ts';
import { Terminal } from './terminal.ts';
import { version } from './version.ts';

export interface CliOptions {
  readonly startServer: StartServer;
}

const EXAMPLES = `
Examples:
  $ taskloom demo                                      see it work, without a model
  $ taskloom serve                                     start the server
  $ taskloom run "Write a function that slugifies titles" --language javascript
  $ taskloom run "Make the test pass" --test spec/slug.test.js --module src/slug.js
  $ taskloom files <id> --out ./result                 fetch what was written
  $ taskloom run "Add a --json flag" --folder .         work on an existing project

Exit codes:
  0    done; for run and watch: the task is completed
  1    the task failed or was cancelled, the request was refused, or the server could not start
  2    wrong usage, or no server answers
  130  left with Ctrl-C; the task goes on
`;

/** Runs one command line and answers the exit code of the process. Settings in a .env beside it count as environment. */
export async function runCli(argv: readonly string[], { startServer }: CliOptions): Promise<number> {
  endQuietlyWhenNobodyReads(process.stdout);
  if (existsSync('.env')) loadEnvFile('.env');
  const terminal = new Terminal(process.stdout, process.stderr, process.env);
  const cli = new Cli(terminal, process.env, startServer);
  const json = argv.includes('--json');
  try {
    await readSecretFiles(process.env);
    await programOf(cli).parseAsync([...argv], { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    return reportFailure(terminal, error, json);
  }
}

/** Settings are loaded only where a file is named: no other command waits for them. */
async function readSecretFiles(environment: NodeJS.ProcessEnv): Promise<void> {
  if (!Object.keys(environment).some((name) => name.endsWith('_FILE'))) return;
  (await import('./secret-files.ts')).readSecretFiles(environment);
}

/** Every command with its options and help. */
export function programOf(cli: Cli): Command {
  const program = new Command('taskloom')
    .description('Runs AI coding tasks on small local models: planned, tested in a sandbox, corrected, recorded.')
    .version(version(), '-V, --version')
    // Without this `files --version 3` would ask for the program's own.
    .enablePositionalOptions()
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .showHelpAfterError('(--help shows how)');
  const commands = [
    addDemo,
    addServe,
    addRun,
    addWatch,
    addTasks,
    addTop,
    addShow,
    addEvents,
    addFiles,
    addResult,
    addVersions,
    addDiff,
    addExplain,
    addContext,
    addBrief,
    addIntervene,
    addPause,
    addResume,
    addAnswer,
    addPlan,
    addApprove,
    addReport,
    addCancel,
    addFork,
    addReplay,
    addCompare,
    addKnowledge,
    addWebhooks,
    addWork,
    addDispatch,
    addWorkers,
    addWorker,
    addJobs,
    addJob,
    addAgents,
    addAgent,
    addSchedule,
    addKeys,
    addAudit,
    addMcp,
    addConnect,
    addDisconnect,
    addDoctor,
    addExport,
    addImport,
    addVerify,
    addFsck,
  ];
  for (const add of commands) add(program, cli);
  return program;
}

/** `taskloom events x | head -1`: the reader has enough, and that is no error. */
function endQuietlyWhenNobodyReads(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.done);
    throw error;
  });
}
