import {
  type EventStore,
  type Plan,
  projectTask,
  rebuild,
  type SourceFile,
  type StoredEvent,
  type TaskState,
} from '../events/index.ts';
import {
  explainReason,
  overExplanation,
  type Orchestrator,
  type WaitExplanation,
  type WorkPlace,
} from '../orchestrator/index.ts';
import { waitForPeople } from './coding-decide.ts';
import { compareStreams, type StreamDifference } from './compare-streams.ts';
import { type ForkPoint, readForkPoint } from './fork-point.ts';
import { documentOf } from './plan/plan-from-answer.ts';
import { planHash } from './replan.ts';
import { replayTask, type StepPage, type StepQuery } from './replay-task.ts';
import { archiveName, archiveOf } from './archive.ts';
import { type CodeVersion, codeVersions } from './code-versions.ts';
import { CodeExplanation, type LinesExplanation } from './explain-code.ts';
import { diffFiles, type FileDiff } from './diff-files.ts';
import type { TaskIndex } from './search/task-index.ts';
import { TaskIndexFollower } from './search/task-index-follower.ts';
import { type TaskPage, type TaskQuery, TaskSearch } from './search/task-search.ts';
import { describeFile, fileEventTypes, filesAtVersion, type FileView } from './task-files.ts';
import { statusOf, type TaskStatus, type TaskView } from './task-view.ts';
import {
  FileNotFoundError,
  LineNotFoundError,
  PlanNotReadyError,
  TaskNotFoundError,
  VersionNotFoundError,
} from './tasks.errors.ts';

const MAX_KEPT_STATES = 500;

export interface DiffQuery {
  readonly from?: number;
  readonly to?: number;
}

export interface ExplainQuery {
  readonly path: string;
  /** From 1; default: all of them. */
  readonly line?: number;
  /** Default: the newest. */
  readonly version?: number;
}

export interface FileExplanation {
  readonly taskId: string;
  readonly path: string;
  readonly version: number;
  /** Neighbouring lines that came with one change, in order. */
  readonly lines: readonly LinesExplanation[];
}

export interface CodeDiff {
  readonly taskId: string;
  readonly from: number;
  readonly to: number;
  readonly files: readonly FileDiff[];
}

export interface PlanView extends Required<Plan> {
  /** Names the plan: by it the plan is approved or edited. */
  readonly planHash: string;
}

/** Answers what is known of tasks, from the log's projection. */
export class TaskReader {
  /** States at the end of streams that were asked for lately: only what came since is read again. */
  private readonly states = new Map<string, TaskState>();

  /** To be started and stopped by whoever owns the reader. */
  readonly indexing: TaskIndexFollower;
  private readonly search: TaskSearch;

  constructor(
    private readonly events: EventStore,
    private readonly orchestrator: Orchestrator,
    index: TaskIndex,
    report: (message: string, error: unknown) => void,
  ) {
    const stateOf = (taskId: string) => this.state(taskId);
    this.indexing = new TaskIndexFollower({ events, index, stateOf, report });
    this.search = new TaskSearch(index, this.indexing, (taskId) => this.get(taskId));
  }

  /** A task as it was when its first facts were stored, from these alone. */
  asCreated(taskId: string, stored: readonly StoredEvent[]): TaskView {
    return view(projectTask(taskId, stored), null);
  }

  /** Rejects with TaskNotFoundError. */
  async get(taskId: string): Promise<TaskView> {
    const state = await this.current(taskId);
    return view(state, await this.orchestrator.work.find(state.taskId));
  }

  /** Newest first; see TaskSearch. */
  list(query?: TaskQuery): Promise<TaskPage> {
    return this.search.list(query);
  }

  /** What keeps a task from going on. Rejects with TaskNotFoundError. */
  async why(taskId: string): Promise<WaitExplanation & { readonly taskId: string; readonly status: TaskStatus }> {
    const state = await this.current(taskId);
    const { status } = await this.get(taskId);
    // The facts say so first; its row in the queue follows.
    if (status === 'completed' || status === 'failed' || status === 'cancelled') {
      return { taskId: state.taskId, status, ...overExplanation };
    }
    const wait = waitForPeople(state);
    const explained = wait ? explainReason(wait) : await this.orchestrator.why(state.taskId);
    if (!explained) throw new TaskNotFoundError(taskId);
    return { taskId: state.taskId, status, ...explained };
  }

  /** The projection now, or at a past moment (a stream sequence or an ISO 8601 time). */
  async state(taskId: string, until?: number | string): Promise<TaskState> {
    const current = await this.current(taskId);
    if (until === undefined) return current;
    return rebuild(this.events, current.taskId, { until });
  }

  /** The plan, its document, also where it has none of its own, and its hash. Rejects with PlanNotReadyError. */
  async plan(taskId: string): Promise<PlanView> {
    const { plan } = await this.current(taskId);
    if (!plan) throw new PlanNotReadyError(taskId);
    return { ...plan, document: documentOf(plan), planHash: planHash(plan) };
  }

  /** The files at a code version; default: as they are now. */
  async files(taskId: string, version?: number): Promise<{ version: number; files: readonly FileView[] }> {
    const { codeVersion } = await this.current(taskId);
    const wanted = version ?? codeVersion;
    const files = await this.contents(taskId, wanted, codeVersion);
    return { version: wanted, files: [...files.values()].map(describeFile) };
  }

  async file(taskId: string, path: string, version?: number): Promise<SourceFile> {
    const { codeVersion } = await this.current(taskId);
    const wanted = version ?? codeVersion;
    const files = await this.contents(taskId, wanted, codeVersion);
    const file = files.get(path.normalize('NFC'));
    if (!file) throw new FileNotFoundError(taskId, path, { version: wanted, files: [...files.keys()] });
    return file;
  }

  /** Every version of the code, and what made it. */
  async versions(taskId: string): Promise<{ readonly taskId: string; readonly versions: readonly CodeVersion[] }> {
    const id = await this.known(taskId);
    return { taskId: id, versions: codeVersions(await this.fileEvents(id)) };
  }

  /** What is different between two versions; default: from what the caller gave to how it is now. */
  async diff(taskId: string, { from = 0, to }: DiffQuery = {}): Promise<CodeDiff> {
    const { codeVersion, taskId: id } = await this.current(taskId);
    const wanted = to ?? codeVersion;
    const events = await this.fileEvents(id);
    const [before, after] = [from, wanted].map((version) => {
      if (version > codeVersion) throw new VersionNotFoundError(taskId, version, codeVersion);
      return filesAtVersion(events, version);
    });
    return { taskId: id, from, to: wanted, files: diffFiles(before ?? new Map(), after ?? new Map()) };
  }

  /** Why a file, or one line of it, is as it is: the changes, calls, plan and tests behind it, back to the prompt. */
  async explain(taskId: string, { path, line, version }: ExplainQuery): Promise<FileExplanation> {
    const { codeVersion, taskId: id } = await this.current(taskId);
    const wanted = version ?? codeVersion;
    if (wanted > codeVersion) throw new VersionNotFoundError(taskId, wanted, codeVersion);
    const normal = path.normalize('NFC');
    const code = new CodeExplanation(normal, wanted);
    for await (const event of this.events.read(id)) code.add(event);
    const lines = code.explain(line);
    if (!lines) throw new FileNotFoundError(taskId, path, { version: wanted, files: code.files });
    if (line !== undefined && lines.length === 0) throw new LineNotFoundError(path, line, code.lineCount);
    return { taskId: id, path: normal, version: wanted, lines };
  }

  /** The files at a code version as a .tar.gz: of one version always the same bytes. */
  async archive(taskId: string, version?: number): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
    const { codeVersion, taskId: id } = await this.current(taskId);
    const wanted = version ?? codeVersion;
    if (wanted > codeVersion) throw new VersionNotFoundError(taskId, wanted, codeVersion);
    const events = (await this.fileEvents(id)).filter((event) => event.codeVersion <= wanted);
    const name = archiveName(id, wanted);
    const time = Date.parse(events.at(-1)?.timestamp ?? '') || 0;
    return { name: `${name}.tar.gz`, bytes: await archiveOf(name, filesAtVersion(events, wanted).values(), time) };
  }

  /** What was decided after each event, worked out anew: nothing is performed. Rejects with TaskNotFoundError. */
  async replay(taskId: string, query?: StepQuery): Promise<StepPage> {
    return replayTask(this.events, await this.known(taskId), query);
  }

  /** Where the streams of two tasks part, and how. Rejects with TaskNotFoundError. */
  async compare(
    taskId: string,
    other: string,
  ): Promise<StreamDifference & { readonly taskId: string; readonly other: string }> {
    const [one, two] = [await this.known(taskId), await this.known(other)];
    return { taskId: one, other: two, ...(await compareStreams(this.events.read(one), this.events.read(two))) };
  }

  /** What a fork has in common with its parent; see `readForkPoint`. */
  async forkPoint(taskId: string, afterSequence?: number): Promise<ForkPoint> {
    return readForkPoint(this.events, await this.known(taskId), afterSequence);
  }

  private async known(taskId: string): Promise<string> {
    const head = await this.events.head(taskId);
    if (!head) throw new TaskNotFoundError(taskId);
    return head.taskId;
  }

  private async contents(taskId: string, version: number, current: number): Promise<ReadonlyMap<string, SourceFile>> {
    if (version > current) throw new VersionNotFoundError(taskId, version, current);
    return filesAtVersion(await this.fileEvents(taskId), version);
  }

  private fileEvents(taskId: string): Promise<readonly StoredEvent[]> {
    return this.events.getEvents(taskId, { types: fileEventTypes });
  }

  private async current(taskId: string): Promise<TaskState> {
    const id = taskId.normalize('NFC');
    const known = this.states.get(id);
    const state = await rebuild(this.events, id, known ? { from: known } : {});
    if (state.streamSequence === 0) throw new TaskNotFoundError(taskId);
    this.keep(id, state);
    return state;
  }

  private keep(taskId: string, state: TaskState): void {
    this.states.delete(taskId);
    this.states.set(taskId, state);
    const oldest = this.states.keys().next();
    if (this.states.size > MAX_KEPT_STATES && !oldest.done) this.states.delete(oldest.value);
  }
}

function view(state: TaskState, work: WorkPlace | null): TaskView {
  const status = statusOf(state, work);
  const current = state.currentModule === null ? undefined : state.modules[state.currentModule];
  const waiting = status === state.status ? null : (work?.wait ?? null);
  return {
    taskId: state.taskId,
    status,
    prompt: state.prompt,
    brain: state.brain,
    currentModule: state.currentModule,
    iteration: current?.iteration ?? 0,
    progress: state.progress,
    codeVersion: state.codeVersion,
    sequence: state.streamSequence,
    modules: Object.values(state.modules),
    waitingFor: waiting && { reason: waiting.reason, detail: waiting.detail, until: waiting.until },
    pause: state.pause,
    questions: state.questions,
    approval: state.approval,
    usage: state.usage,
    error: state.error,
    summary: state.summary,
    deadCode: state.deadCode,
    createdAt: state.createdAt,
    startedAt: state.startedAt,
    finishedAt: state.finishedAt,
    metadata: state.metadata,
    forkedFrom: state.forkedFrom,
  };
}
