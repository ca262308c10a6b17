import type { ConnectionStatus, Health, Task, Why, WorkerInfo } from '../../client/index.ts';
import type { LiveLine } from '../live-lines.ts';

/** What the screen is made from. */
export interface TopState {
  readonly url: string;
  /** null: there was none yet. */
  readonly connection: ConnectionStatus | null;
  readonly health: Health | null;
  /** The newest first, as the filter wants them. */
  readonly tasks: readonly Task[];
  readonly workers: readonly WorkerInfo[];
  /** What has happened, the newest last. */
  readonly lines: readonly EventLine[];
  readonly isPaused: boolean;
  readonly showsAll: boolean;
  readonly selectedId: string | null;
  readonly why: Why | null;
  /** What the person is being asked. */
  readonly question: 'cancel' | 'guidance' | null;
  /** What was typed for it so far. */
  readonly typed: string;
  /** What came of the last command, or what is wrong. */
  readonly notice: string | null;
}

export interface EventLine extends LiveLine {
  readonly key: string;
  readonly taskId: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
}

export type TopAction =
  | { readonly kind: 'connection'; readonly status: ConnectionStatus }
  | { readonly kind: 'health'; readonly health: Health | null }
  | { readonly kind: 'tasks'; readonly tasks: readonly Task[] }
  | { readonly kind: 'workers'; readonly workers: readonly WorkerInfo[] }
  | { readonly kind: 'why'; readonly why: Why | null }
  | { readonly kind: 'happened'; readonly lines: readonly EventLine[] }
  | { readonly kind: 'notice'; readonly notice: string | null }
  | { readonly kind: 'move'; readonly by: number }
  | { readonly kind: 'ask'; readonly question: 'cancel' | 'guidance' }
  | { readonly kind: 'type'; readonly text: string }
  | { readonly kind: 'erase' }
  | { readonly kind: 'leaveQuestion' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'filter' };

const MAX_LINES = 500;
const MAX_TYPED = 2000;
const over: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

export function initialTop(url: string): TopState {
  return {
    url,
    connection: null,
    health: null,
    tasks: [],
    workers: [],
    lines: [],
    isPaused: false,
    showsAll: true,
    selectedId: null,
    why: null,
    question: null,
    typed: '',
    notice: null,
  };
}

/** Pure. */
export function reduceTop(state: TopState, action: TopAction): TopState {
  switch (action.kind) {
    case 'connection':
      return { ...state, connection: action.status };
    case 'health':
      return { ...state, health: action.health };
    case 'tasks':
      return selectable({ ...state, tasks: action.tasks });
    case 'workers':
      return { ...state, workers: action.workers };
    case 'why':
      return { ...state, why: action.why };
    case 'happened':
      return state.isPaused ? state : { ...state, lines: [...state.lines, ...action.lines].slice(-MAX_LINES) };
    case 'notice':
      return { ...state, notice: action.notice };
    case 'move':
      return moved(state, action.by);
    case 'ask':
      return state.selectedId === null ? state : { ...state, question: action.question, typed: '', notice: null };
    case 'type':
      return { ...state, typed: (state.typed + action.text).slice(0, MAX_TYPED) };
    case 'erase':
      return { ...state, typed: [...state.typed].slice(0, -1).join('') };
    case 'leaveQuestion':
      return { ...state, question: null, typed: '' };
    case 'pause':
      return { ...state, isPaused: !state.isPaused };
    case 'filter':
      return selectable({ ...state, showsAll: !state.showsAll });
  }
}

/** The tasks that the filter lets through. */
export function shownTasks({ tasks, showsAll }: TopState): readonly Task[] {
  return showsAll ? tasks : tasks.filter(({ status }) => !over.has(status));
}

export function selectedTask(state: TopState): Task | null {
  return shownTasks(state).find(({ taskId }) => taskId === state.selectedId) ?? null;
}

/** The part of a list that fits, with the selected one in it. */
export function windowOf<T>(items: readonly T[], selected: number, height: number): readonly T[] {
  const start = Math.max(0, Math.min(items.length - height, selected - Math.floor(height / 2)));
  return items.slice(start, start + height);
}

function moved(state: TopState, by: number): TopState {
  const shown = shownTasks(state);
  const at = shown.findIndex(({ taskId }) => taskId === state.selectedId);
  const next = shown[Math.max(0, Math.min(shown.length - 1, at + by))];
  return { ...state, selectedId: next?.taskId ?? null, why: null };
}

/** The selected task stays selected while it is shown; else the first one is. */
function selectable(state: TopState): TopState {
  if (selectedTask(state)) return state;
  return { ...state, selectedId: shownTasks(state)[0]?.taskId ?? null, why: null };
}
