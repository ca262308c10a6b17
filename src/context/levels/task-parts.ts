import type { CacheNode } from '../graph/cache-node.ts';
import type { NetworkedCache } from '../graph/networked-cache.ts';
import type { Fact } from '../history/fact.ts';
import type { RelevantEvent } from '../history/relevant-events.ts';
import { tellInFull } from '../history/tell-event.ts';
import type { CodeOutline } from '../outline/code-outline.ts';
import type { ContextPart, PartPriority } from './context-part.ts';

export interface TaskKnowledge {
  readonly graph: NetworkedCache;
  /** Best first, as chooseFacts gives them. Default: none. */
  readonly facts?: readonly Fact[];
  /** What happened lately that matters, oldest first, as relevantEvents gives it. Default: none. */
  readonly events?: readonly RelevantEvent[];
  /** The code of a file and its outline, where there is some. Default: none is shown. */
  readonly codeOf?: CodeOf;
}

type CodeOf = (path: string) => { readonly code: string; readonly outline: CodeOutline } | null;

/** How many nodes of each kind are offered beyond those that are bound to the module. */
const MAX_RELATED = 40;
const MAX_ITERATIONS = 2;

/**
 * What could be told about a module of a task, best first within each level. CRITICAL: the task, the module, what it
 * depends on directly, its newest open error. HIGH: facts, functions by rank, code of direct dependencies, the last two
 * iterations. MEDIUM: tests, other modules, libraries. LOW: decisions, earlier errors, older events. Deterministic.
 */
export function taskParts(taskId: string, modulePath: string, knowledge: TaskKnowledge): readonly ContextPart[] {
  const { graph, facts = [], events = [], codeOf = () => null } = knowledge;
  const moduleId = `module:${modulePath}`;
  const ranks = graph.rankFrom(new Map([[moduleId, 1]]));
  const ranked = [...graph.nodes()].sort((a, b) => (ranks.get(b.id) ?? 0) - (ranks.get(a.id) ?? 0));
  const ofType = (...types: readonly CacheNode['type'][]) => ranked.filter(({ type }) => types.includes(type));
  const direct = graph.targets(moduleId);
  const isDirect = ({ id }: CacheNode) => direct.has(id);
  const errors = ofType('error').sort((a, b) => sequenceOf(b) - sequenceOf(a));
  const latest = errors.find((node) => node.metadata['open'] === true && pathOf(node) === modulePath);
  const modules = ofType('module').filter(({ id }) => id !== moduleId);
  const ownCode = codePart(modulePath, codeOf, 'CRITICAL', 'what is to be changed');
  // Where the code is shown, it shows its own functions.
  const functions = ofType('function', 'concept').filter((node) => ownCode.length === 0 || pathOf(node) !== modulePath);
  const iterations = events.filter(({ event }) => event.eventType === 'CORRECTION_COMPLETED').slice(-MAX_ITERATIONS);
  const part = (priority: PartPriority, why: string) => (node: CacheNode) => partOfNode(node, priority, why, graph);
  return [
    ...[graph.node(`task:${taskId}`)].flatMap((node) => (node ? [part('CRITICAL', 'the task')(node)] : [])),
    ...[graph.node(moduleId)].flatMap((node) => (node ? [part('CRITICAL', 'the module that is due')(node)] : [])),
    ...ownCode,
    ...modules.filter(isDirect).map(part('CRITICAL', 'direct dependency')),
    ...(latest ? [part('CRITICAL', 'latest failure')(latest)] : []),
    ...factsPart(facts),
    ...functions.slice(0, MAX_RELATED).map(part('HIGH', 'related by calls')),
    ...modules
      .filter(isDirect)
      .flatMap((node) => codePart(pathOf(node), codeOf, 'HIGH', 'code of a direct dependency')),
    ...iterations.map((one) => eventPart(one, 'HIGH', 'a correction that was tried')),
    ...ofType('test').slice(0, MAX_RELATED).map(part('MEDIUM', 'test')),
    ...modules
      .filter((node) => !isDirect(node))
      .slice(0, MAX_RELATED)
      .map(part('MEDIUM', 'module of the same task')),
    ...ofType('library').slice(0, MAX_RELATED).map(part('MEDIUM', 'library in use')),
    ...ofType('decision').slice(0, MAX_RELATED).map(part('LOW', 'decided for the task')),
    ...errors
      .filter((error) => error !== latest)
      .slice(0, MAX_RELATED)
      .map(part('LOW', 'earlier error')),
    ...events.filter((one) => !iterations.includes(one)).map((one) => eventPart(one, 'LOW', `event: ${one.reason}`)),
  ];
}

function codePart(path: string, codeOf: CodeOf, priority: PartPriority, why: string): readonly ContextPart[] {
  const found = codeOf(path);
  if (found === null) return [];
  const references = [`module:${path}`];
  return [{ name: `code of ${path}`, text: found.code, priority, why, references, cutAs: found.outline }];
}

function factsPart(facts: readonly Fact[]): readonly ContextPart[] {
  if (facts.length === 0) return [];
  const text = facts.map((fact) => `- ${fact.text}`).join('\n');
  return [{ name: 'facts', text, priority: 'HIGH', why: 'what holds for the module and what it needs' }];
}

function eventPart({ event }: RelevantEvent, priority: PartPriority, why: string): ContextPart {
  return { name: `event #${event.streamSequence}`, text: tellInFull(event), priority, why };
}

function partOfNode(
  { id, summary }: CacheNode,
  priority: PartPriority,
  why: string,
  graph: NetworkedCache,
): ContextPart {
  return { name: id, text: summary, priority, why, references: [...graph.targets(id)].sort(), cutAs: 'text' };
}

/** The file that a node belongs to; '' for one of none. */
function pathOf({ metadata }: CacheNode): string {
  return typeof metadata['module'] === 'string' ? metadata['module'] : '';
}

function sequenceOf({ metadata }: CacheNode): number {
  return typeof metadata['sequence'] === 'number' ? metadata['sequence'] : 0;
}
