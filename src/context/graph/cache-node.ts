import type { VectorClock } from '../../events/index.ts';
import type { Json } from '../../kernel/json.ts';

/** `concept`: a class, an interface or what else a code gives a name to. `decision`: also what people asked for. */
export type NodeType = 'task' | 'module' | 'function' | 'test' | 'concept' | 'library' | 'decision' | 'error';

export type EdgeType = 'contains' | 'dependsOn' | 'testedBy' | 'references' | 'decidedBy' | 'fixedBy';

/** Something that a context may speak of, in short, and where the whole of it is. */
export interface CacheNode {
  /** Its type and name: `module:src/cart.ts`, `function:src/cart.ts#totalOf`. */
  readonly id: string;
  readonly type: NodeType;
  readonly summary: string;
  /** The event that holds it whole: `<task id>@<stream sequence>`. */
  readonly fullContentRef: string;
  /** Ids of nodes that it needs. They need not be there yet. */
  readonly dependencies: readonly string[];
  /** Ids of nodes that it speaks of. They need not be there yet. */
  readonly references: readonly string[];
  /** What was known when it was made. */
  readonly vectorClock: VectorClock;
  readonly metadata: Readonly<Record<string, Json>>;
}

export interface CacheEdge {
  readonly from: string;
  readonly to: string;
  readonly type: EdgeType;
}
