import type { StoredEvent } from '../../events/index.ts';
import type { CodingState } from '../coding-state.ts';
import { transitiveDependencies } from '../module-graph.ts';

/** A file and what it builds on; all that is planned where the question is about the whole task. */
export function relatedFiles({ modules }: CodingState, module: string | null): ReadonlySet<string> {
  if (module === null) return new Set(modules.keys());
  return new Set([module, ...transitiveDependencies([...modules.values()], module)]);
}

/** Of events those of these files and of the task as a whole, and of what they hold no other files. */
export function relatedEvents(events: readonly StoredEvent[], related: ReadonlySet<string>): readonly StoredEvent[] {
  return events.filter((event) => concerns(event, related)).map((event) => withoutOtherFiles(event, related));
}

/** A first try of the tests of a project says nothing of the work. */
function concerns({ data }: StoredEvent, related: ReadonlySet<string>): boolean {
  if ('trial' in data && data.trial) return false;
  return !('module' in data) || typeof data.module !== 'string' || related.has(data.module);
}

/** Of a project that was given, what is not worked on is told by its lines, where they matter, and not by facts. */
function withoutOtherFiles(event: StoredEvent, related: ReadonlySet<string>): StoredEvent {
  if (event.eventType !== 'TASK_CREATED') return event;
  const files = event.data.files.filter(({ path, role }) => role === 'test' || related.has(path));
  return { ...event, data: { ...event.data, files } };
}
