import { z } from 'zod';
import { NetworkedCache } from './networked-cache.ts';

const node = z.strictObject({
  id: z.string(),
  type: z.enum(['task', 'module', 'function', 'test', 'concept', 'library', 'decision', 'error']),
  summary: z.string(),
  fullContentRef: z.string(),
  dependencies: z.array(z.string()),
  references: z.array(z.string()),
  vectorClock: z.record(z.string(), z.int().nonnegative()),
  metadata: z.record(z.string(), z.json()),
});
const edge = z.strictObject({
  from: z.string(),
  to: z.string(),
  type: z.enum(['contains', 'dependsOn', 'testedBy', 'references', 'decidedBy', 'fixedBy']),
});
const file = z.strictObject({ version: z.literal(1), nodes: z.array(node), edges: z.array(edge) });

/** A cache as JSON text, edges that wait included. The same graph gives the same bytes, however it came about. */
export function writeCache(cache: NetworkedCache): string {
  const edges = [...cache.edges(), ...cache.pendingEdges()];
  return JSON.stringify({ version: 1, nodes: cache.nodes(), edges }, inOrderOfKeys);
}

/** The cache of a text that writeCache gave; null when it is none, or damaged: then it is made from the log anew. */
export function readCache(text: string): NetworkedCache | null {
  const read = file.safeParse(parsed(text));
  if (!read.success) return null;
  const cache = new NetworkedCache();
  for (const one of read.data.nodes) cache.put(one);
  for (const one of read.data.edges) cache.connect(one);
  return cache;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function inOrderOfKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
