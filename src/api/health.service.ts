import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { systemClock } from '../kernel/clock.ts';
import { Redactor } from '../kernel/redactor.ts';
import { BRAIN, type Brain } from '../llm/index.ts';
import { Orchestrator } from '../orchestrator/index.ts';
import { Database, type Migration } from '../storage/index.ts';
import { Sandbox } from '../workspace/index.ts';
import { UnhealthyError } from './api.errors.ts';
import { type PartHealth, Probe } from './health-report.ts';

/** All parts are asked at once, so the whole answer takes no longer than this and a little. */
const PART_LIMIT_MS = 700;

const migrations: readonly Migration[] = [
  {
    id: 1,
    up: {
      sqlite: 'CREATE TABLE health_probe (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL) STRICT;',
      postgres: 'CREATE TABLE health_probe (id integer PRIMARY KEY CHECK (id = 1), at bigint NOT NULL);',
    },
  },
];

const writeProbe = 'INSERT INTO health_probe (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at';

export type Part = 'store' | 'workers' | 'model' | 'sandbox';

export interface HealthReport {
  /** Who answers model calls. */
  readonly brain: string;
  readonly parts: Readonly<Partial<Record<Part, PartHealth>>>;
}

/** Whether the service works: by doing what it must be able to do, not by remembering. */
@Injectable()
export class HealthService implements OnModuleInit {
  private readonly probes: Readonly<Record<Part, Probe>>;

  constructor(
    private readonly database: Database,
    orchestrator: Orchestrator,
    sandbox: Sandbox,
    @Inject(BRAIN) private readonly brain: Brain,
    private readonly redactor: Redactor,
  ) {
    this.probes = {
      store: new Probe(() => this.writeStore(), PART_LIMIT_MS),
      workers: new Probe(() => runningWorkers(orchestrator), PART_LIMIT_MS),
      model: new Probe((signal) => reachedModel(brain, signal), PART_LIMIT_MS),
      sandbox: new Probe(() => isolationOf(sandbox), PART_LIMIT_MS),
    };
  }

  async onModuleInit(): Promise<void> {
    await this.database.migrate('health', migrations);
  }

  /** Everything a task needs. Rejects with UnhealthyError that names each part that is down. */
  whole(): Promise<HealthReport> {
    return this.report(['store', 'workers', 'model', 'sandbox'], ['store', 'workers', 'model']);
  }

  /** What is needed to accept tasks: while the model is away, they wait for it. Rejects with UnhealthyError. */
  ready(): Promise<HealthReport> {
    return this.report(['store', 'workers'], ['store', 'workers']);
  }

  private async report(shown: readonly Part[], needed: readonly Part[]): Promise<HealthReport> {
    const asked = await Promise.all(shown.map(async (part) => [part, await this.probes[part].health()] as const));
    const parts = Object.fromEntries(asked) as HealthReport['parts'];
    // A provider's address may hold a password.
    const report = this.redactor.data({ brain: this.brain.description, parts });
    const failing = asked.filter(([part, { status }]) => status === 'down' && needed.includes(part));
    if (failing.length > 0) {
      throw new UnhealthyError(
        failing.map(([part, { detail }]) => ({ path: part, message: detail })),
        report,
      );
    }
    return report;
  }

  private async writeStore(): Promise<string> {
    const startedAt = performance.now();
    await this.database.write([{ sql: writeProbe, parameters: [systemClock()] }]);
    return `wrote in ${Math.ceil(performance.now() - startedAt)} ms`;
  }
}

async function runningWorkers(orchestrator: Orchestrator): Promise<string> {
  const { workers, running, queued } = await orchestrator.stats();
  if (workers === 0) throw new Error('no worker runs: the server starts or shuts down');
  return `${workers} workers, ${running} tasks running, ${queued.total} queued`;
}

async function reachedModel(brain: Brain, signal: AbortSignal): Promise<string> {
  const health = await brain.health(signal);
  if (!health.reachable) throw new Error(`${health.detail}: ${health.cure}`);
  return health.detail;
}

function isolationOf(sandbox: Sandbox): Promise<string> {
  const { isolation, detail } = sandbox.describe();
  return isolation === 'none' ? Promise.reject(new Error(detail)) : Promise.resolve(`${isolation}: ${detail}`);
}
