import type { Json } from '../../src/kernel/json.ts';
import { TaskGraph } from '../../src/jobs/graph/task-graph.ts';
import { InvalidGraphError } from '../../src/jobs/jobs.errors.ts';
import { type MailSettings, readMailSettings } from '../../src/jobs/mail/mail-settings.ts';
import { type ExecutionResult, ExecutorRegistry, validateSteps } from '../../src/jobs/executors/executor-registry.ts';
import { MailExecutor } from '../../src/jobs/executors/mail.executor.ts';
import { testConfiguration } from './configuration.ts';

/** Of a step that sends mail. */
export type Params = Readonly<Record<string, Json>>;

export const configurationOf = (environment: NodeJS.ProcessEnv) => testConfiguration({ DATA_DIR: '.', ...environment });

export function settingsOf(environment: NodeJS.ProcessEnv): MailSettings {
  const settings = readMailSettings(configurationOf({ MAIL_FROM: 'taskloom@example.com', ...environment }));
  if ('missing' in settings) throw new Error(`missing: ${settings.missing.join()}`);
  return settings;
}

function graphOf(params: Params): TaskGraph {
  return TaskGraph.build([
    { id: 'first', action: 'http', params: { url: 'https://example.com/' } },
    { id: 'mail', action: 'send_mail', params, dependsOn: ['first'] },
  ]);
}

interface Sending {
  readonly environment?: NodeJS.ProcessEnv;
  readonly jobId?: string;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** Does a step that sends a mail to ann@example.com, or to whom the params say, by a server on this port. */
export function sendTo(port: number, params: Params, { environment = {}, jobId = 'job', ...options }: Sending = {}) {
  const registry = new ExecutorRegistry([
    new MailExecutor(settingsOf({ SMTP_URL: `smtp://127.0.0.1:${port}`, ...environment })),
  ]);
  const step = graphOf({ to: 'ann@example.com', ...params }).get('mail');
  if (!step) throw new Error('The step is there.');
  const { signal = new AbortController().signal, timeoutMs = null } = options;
  return registry.execute({ ...step, timeoutMs }, { signal, jobId });
}

export function resultOf(ran: ExecutionResult): Record<string, Json> {
  if (!ran.ok) throw new Error(ran.error.message);
  return ran.result as Record<string, Json>;
}

/** What is wrong with such a step, before its job is taken. */
export function problemsOf(params: Params, environment: NodeJS.ProcessEnv = {}): readonly string[] {
  const registry = new ExecutorRegistry([
    new MailExecutor(settingsOf({ SMTP_URL: 'smtp://x.example', ...environment })),
  ]);
  try {
    validateSteps(graphOf(params), registry, new Set(['http']));
  } catch (error) {
    if (error instanceof InvalidGraphError) return error.issues.map(({ path, message }) => `${path} ${message}`);
    throw error;
  }
  return [];
}
