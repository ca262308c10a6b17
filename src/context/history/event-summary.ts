import { projectTask, type StoredEvent, type TaskLifecycle } from '../../events/index.ts';
import { estimateTokens } from '../../llm/index.ts';
import { cutText } from '../levels/cut-text.ts';
import { tellInFull, tellInOneLine } from './tell-event.ts';

export interface SummaryLimits {
  /** How many of the newest events are told in full. Default: 5. */
  readonly recentEvents?: number;
  /** Most tokens of each of these. Default: 600. */
  readonly recentTokens?: number;
  /** Most tokens of the lines of older events; the oldest are counted by type instead. Default: 1500. */
  readonly olderTokens?: number;
  /** Default: estimateTokens. */
  readonly countTokens?: (text: string) => number;
}

export interface EventSummary {
  readonly status: TaskLifecycle;
  readonly codeVersion: number;
  readonly modules: number;
  readonly modulesComplete: number;
  /** Corrections of all modules together. */
  readonly iterations: number;
  readonly events: number;
  /** One line each, oldest first. */
  readonly older: readonly string[];
  /** In full, oldest first. */
  readonly recent: readonly string[];
  /** All of it as a model is shown it. */
  readonly text: string;
}

/**
 * The history of one task, short: where it stands, what happened in a line each, and the newest events in full. Made
 * anew from the events each time, never from a summary; events of other tasks than the newest one's are passed over.
 */
export function summarizeEvents(
  events: readonly StoredEvent[],
  { recentEvents = 5, recentTokens = 600, olderTokens = 1500, countTokens = estimateTokens }: SummaryLimits = {},
): EventSummary {
  const own = ofOneTask(events);
  const { status, codeVersion, modules } = projectTask(own[0]?.taskId ?? '', own);
  const all = Object.values(modules);
  const border = Math.max(0, own.length - recentEvents);
  const facts = {
    status,
    codeVersion,
    modules: all.length,
    modulesComplete: all.filter((module) => module.status === 'complete').length,
    iterations: all.reduce((sum, { iteration }) => sum + iteration, 0),
    events: own.length,
    older: tellOlder(own.slice(0, border), olderTokens, countTokens),
    recent: own.slice(border).map((event) => cutText(tellInFull(event), recentTokens, countTokens).text),
  };
  return { ...facts, text: textOf(facts) };
}

function textOf({ older, recent, ...facts }: Omit<EventSummary, 'text'>): string {
  const head =
    `Status: ${facts.status}. Code version: ${facts.codeVersion}. ` +
    `Modules: ${facts.modulesComplete} of ${facts.modules} complete. ` +
    `Iterations: ${facts.iterations}. Events: ${facts.events}.`;
  return [
    head,
    ...(older.length === 0 ? [] : ['Earlier:', ...older]),
    ...(recent.length === 0 ? [] : ['Recent:', ...recent]),
  ].join('\n');
}

function ofOneTask(events: readonly StoredEvent[]): readonly StoredEvent[] {
  const taskId = events.at(-1)?.taskId;
  const bySequence = new Map<number, StoredEvent>();
  for (const event of events) if (event.taskId === taskId) bySequence.set(event.streamSequence, event);
  return [...bySequence.values()].sort((a, b) => a.streamSequence - b.streamSequence);
}

/** The newest lines that fit; before them a count of the others. */
function tellOlder(
  events: readonly StoredEvent[],
  tokens: number,
  countTokens: (text: string) => number,
): readonly string[] {
  const lines: string[] = [];
  let left = tokens;
  let told = events.length;
  for (; told > 0; told--) {
    const event = events[told - 1];
    const line = event === undefined ? '' : tellInOneLine(event);
    left -= countTokens(`${line}\n`);
    if (left < 0) break;
    lines.unshift(line);
  }
  return told === 0 ? lines : [countByType(events.slice(0, told)), ...lines];
}

const MAX_TYPES = 12;

function countByType(events: readonly StoredEvent[]): string {
  const counts = new Map<string, number>();
  for (const { eventType } of events) counts.set(eventType, (counts.get(eventType) ?? 0) + 1);
  const most = [...counts].sort((a, b) => b[1] - a[1]);
  const named = most.slice(0, MAX_TYPES).map(([type, count]) => `${count} ${type}`);
  return `#1 to #${events.at(-1)?.streamSequence ?? 0}: ${named.join(', ')}${most.length > MAX_TYPES ? ' …' : ''}`;
}
