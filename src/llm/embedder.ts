import { ModelRefusedError } from './llm.errors.ts';

/** The token of the one Embedder that is configured; null where EMBEDDING_MODEL is not set. */
export const EMBEDDER = Symbol('Embedder');

/** A model that turns texts into vectors: near each other where the texts mean the like. */
export abstract class Embedder {
  /** The model's name at its provider; vectors of different models cannot be compared. */
  abstract readonly model: string;

  /**
   * One vector of length 1 for each text, in order, all of the same size. Rejects with the typed errors of
   * llm.errors.ts. Safe to repeat.
   */
  abstract embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]>;
}

export interface EmbedderOptions {
  readonly baseUrl: string;
  readonly model: string;
  readonly timeoutMs: number;
}

/** A hundred vectors of 4,096 numbers with twenty digits each. */
export const MAX_VECTORS_BYTES = 16 * 1024 * 1024;

/** The vectors that `read` finds in an answer. Throws ModelRefusedError where it finds others than were asked for. */
export function vectorsOf(model: string, count: number, read: () => readonly (readonly number[])[]): Float32Array[] {
  let found: readonly (readonly number[])[];
  try {
    found = read();
  } catch (error) {
    throw new ModelRefusedError(model, null, 'the answer holds no embeddings', { cause: error });
  }
  const size = found[0]?.length ?? 0;
  if (found.length !== count || found.some((vector) => vector.length !== size || size === 0)) {
    throw new ModelRefusedError(model, null, `it gave ${found.length} vectors for ${count} texts, or of unlike sizes`);
  }
  return found.map(unitVector);
}

/** The vector scaled to length 1, so that a product of two is their cosine; one of zeros stays as it is. */
function unitVector(values: readonly number[]): Float32Array {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => (length === 0 ? 0 : value / length));
}
