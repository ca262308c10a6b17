/** What an orchestrator has to come to, told without any of its means: a list of tasks, and what is done to them. Pure. */
export interface ModelTask {
  readonly id: string;
  readonly priority: number;
  readonly steps: number;
  readonly dependsOn: readonly string[];
  status: 'line' | 'queued' | 'running' | 'waiting' | 'done' | 'forgotten';
  outcome: 'completed' | 'cancelled' | 'failed' | null;
  /** Steps that are recorded. */
  done: number;
  /** It was told to wait: it does at its next step boundary. */
  holds: boolean;
  /** It was asked for its slot. */
  yields: boolean;
  /** When it got its slot. */
  since: number;
  /** It has had a slot before. */
  hasRun: boolean;
  /** Place in the order of arrival. */
  position: number;
  /** The round of its priority in which it gets a slot; null while something else keeps it from one. */
  turn: number | null;
}

export interface ModelLimits {
  readonly maxConcurrent: number;
  readonly maxQueue: number;
  readonly timeoutMs: number;
}

const PREEMPTION_DISTANCE = 20;

export class ScheduleModel {
  readonly tasks: ModelTask[] = [];
  /**
   * Several slots came free while somebody waited for room, or one was given away and came back at once: whether the
   * newcomer is in the queue before the next slot is given away is nobody's promise, so from here on there is no one
   * right answer.
   */
  isOpen = false;
  private positions = 0;
  /** Of each priority the newest turn that began. */
  private readonly begun = new Map<number, number>();

  constructor(private readonly limits: ModelLimits) {}

  of(status: ModelTask['status']): readonly ModelTask[] {
    return this.tasks.filter((task) => task.status === status);
  }

  /** Those that could have a slot, in the order in which they get one. */
  get ready(): readonly ModelTask[] {
    return this.of('queued')
      .filter(({ turn }) => turn !== null)
      .toSorted(
        (one, other) =>
          one.priority - other.priority || (one.turn ?? 0) - (other.turn ?? 0) || one.position - other.position,
      );
  }

  submit(task: Pick<ModelTask, 'id' | 'priority' | 'steps' | 'dependsOn'>, now: number): void {
    const fresh = {
      outcome: null,
      done: 0,
      holds: false,
      yields: false,
      since: 0,
      hasRun: false,
      position: 0,
      turn: null,
    } as const;
    this.tasks.push({ ...task, ...fresh, status: 'line' });
    this.settle(now);
  }

  /** The step that the task is at has ended. */
  stepEnds(task: ModelTask, now: number): void {
    task.done += 1;
    this.boundary(task);
    this.settle(now);
  }

  cancel(task: ModelTask, now: number): void {
    this.end(task, 'cancelled');
    this.settle(now);
  }

  hold(task: ModelTask): void {
    task.holds = true;
  }

  goOn(task: ModelTask, now: number): void {
    task.holds = false;
    if (task.status === 'waiting') task.status = 'queued';
    this.lineUp();
    this.settle(now);
  }

  /** Whoever has had a slot for the limit or longer has failed. */
  timePasses(now: number): void {
    for (const task of this.of('running')) if (now - task.since >= this.limits.timeoutMs) this.end(task, 'failed');
    this.settle(now);
  }

  /** What ran is ready again; who waited for room was never told that it was accepted. */
  crash(now: number): void {
    for (const task of this.of('line')) task.status = 'forgotten';
    for (const task of this.of('running')) Object.assign(task, { status: 'queued', yields: false });
    this.settle(now);
  }

  private settle(now: number): void {
    for (let moved = true; moved;) {
      const entering = this.enter();
      const free = this.limits.maxConcurrent - this.of('running').length;
      if (free > 1 && this.ready.length > 1 && this.of('line').length > 0) this.isOpen = true;
      const claimed = this.claim(now);
      moved = entering || claimed;
    }
    this.displace();
  }

  private enter(): boolean {
    const [first] = this.of('line');
    if (!first || this.of('queued').length >= this.limits.maxQueue) return false;
    Object.assign(first, { status: 'queued', position: ++this.positions });
    this.lineUp();
    return true;
  }

  /** Whoever is kept from a slot by nothing but the others gets in line: in the order of arrival, and behind those who are. */
  private lineUp(): void {
    for (const task of this.of('queued').toSorted((one, other) => one.position - other.position)) {
      const isFree = task.dependsOn.every((id) =>
        this.tasks.some((other) => other.id === id && other.status === 'done'),
      );
      if (task.turn !== null || !isFree) continue;
      // Who has had a slot before stands in a line of its own.
      const beside = this.of('queued').filter(
        (other) => other.priority === task.priority && other.hasRun === task.hasRun,
      );
      task.turn = 1 + Math.max(this.begun.get(task.priority) ?? 0, ...beside.map(({ turn }) => turn ?? 0));
    }
  }

  private claim(now: number): boolean {
    const [best] = this.ready;
    if (!best || this.of('running').length >= this.limits.maxConcurrent) return false;
    this.begun.set(best.priority, Math.max(this.begun.get(best.priority) ?? 0, best.turn ?? 0));
    Object.assign(best, { status: 'running', since: now, hasRun: true, yields: false });
    this.boundary(best);
    if (best.status !== 'running' && this.of('line').length > 0) this.isOpen = true;
    return true;
  }

  private displace(): void {
    const running = this.of('running');
    if (running.length < this.limits.maxConcurrent) return;
    const staying = running.filter(({ yields }) => !yields).toSorted(byArrival);
    const ready = this.ready.slice(0, this.limits.maxConcurrent).slice(running.length - staying.length);
    for (const { priority } of ready) {
      const worst = staying.pop();
      if (!worst || worst.priority - priority < PREEMPTION_DISTANCE) return;
      worst.yields = true;
    }
  }

  private boundary(task: ModelTask): void {
    if (task.yields) Object.assign(task, { status: 'queued', yields: false });
    else if (task.holds) Object.assign(task, { status: 'waiting', turn: null });
    else if (task.done >= task.steps) this.end(task, 'completed');
  }

  private end(task: ModelTask, outcome: NonNullable<ModelTask['outcome']>): void {
    Object.assign(task, { status: 'done', outcome, yields: false, turn: null });
    this.lineUp();
  }
}

/** The worst last; of equals the one that came last. */
function byArrival(one: ModelTask, other: ModelTask): number {
  return one.priority - other.priority || one.position - other.position;
}
