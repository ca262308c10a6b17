import type { Kysely } from 'kysely';
import type { Database, GuardedStatement } from '../../storage/index.ts';
import type { KnowledgeEntry } from './knowledge-entry.ts';
import type { KnowledgeTables } from './knowledge-schema.ts';
import { entryOf } from './knowledge-table.ts';

interface KeptVector {
  readonly position: number;
  readonly vector: Float32Array;
}

/**
 * Finds entries by their vectors, which one embedding model has made; those of other models do not count. They are in
 * memory, 3 KB for an entry of 768 numbers, and follow the table: of what has changed only the new ones are read.
 */
export class VectorIndex {
  private readonly reader: Kysely<KnowledgeTables>;
  /** By their ids in the table, in ascending order. */
  private vectors = new Map<number, KeptVector>();

  constructor(
    private readonly database: Database,
    private readonly model: string,
  ) {
    this.reader = database.reader<KnowledgeTables>();
  }

  /** Entries without a vector, the newest first. */
  async missing(limit: number): Promise<readonly KnowledgeEntry[]> {
    const rows = await this.reader
      .selectFrom('knowledge')
      .leftJoin('knowledge_vectors as vectors', (join) =>
        join.onRef('vectors.position', '=', 'knowledge.position').on('vectors.model', '=', this.model),
      )
      .where('vectors.position', 'is', null)
      .selectAll('knowledge')
      .orderBy('knowledge.position', 'desc')
      .limit(limit)
      .execute();
    return rows.map(entryOf);
  }

  /** Keeps the vectors of entries that are still as they were. */
  async keep(vectors: ReadonlyMap<KnowledgeEntry, Float32Array>): Promise<void> {
    const statements = [...vectors].flatMap(([{ position, title, text }, vector]): readonly GuardedStatement[] => [
      { sql: 'DELETE FROM knowledge_vectors WHERE position = ?', parameters: [position] },
      {
        sql: `INSERT INTO knowledge_vectors (position, model, vector)
              SELECT position, ?, ? FROM knowledge WHERE position = ? AND title = ? AND text = ?`,
        parameters: [this.model, bytesOf(vector), position, title, text],
      },
    ]);
    await this.database.write(statements);
  }

  /** Ids of the entries whose vectors lie nearest, best first. Compares with all: some 10 ms for 10,000. */
  async find(vector: Float32Array, limit: number): Promise<readonly string[]> {
    await this.refresh();
    const nearest = this.nearest(vector, limit);
    if (nearest.length === 0) return [];
    const entries = await this.reader
      .selectFrom('knowledge')
      .select(['id', 'position'])
      .where('position', 'in', nearest)
      .execute();
    const ids = new Map(entries.map(({ id, position }) => [Number(position), id]));
    return nearest.flatMap((position) => ids.get(position) ?? []);
  }

  /** Positions of the nearest entries, best first, of equals the newest; without sorting all. */
  private nearest(vector: Float32Array, limit: number): readonly number[] {
    const best: { readonly position: number; readonly cosine: number }[] = [];
    for (const { position, vector: other } of this.vectors.values()) {
      if (other.length !== vector.length) continue;
      const cosine = dotProduct(vector, other);
      const worst = best.length < limit ? -Infinity : (best.at(-1)?.cosine ?? -Infinity);
      if (cosine < worst) continue;
      const place = best.findIndex(
        (each) => each.cosine < cosine || (each.cosine === cosine && each.position < position),
      );
      best.splice(place < 0 ? best.length : place, 0, { position, cosine });
      if (best.length > limit) best.pop();
    }
    return best.map(({ position }) => position);
  }

  /** Brings the vectors in memory in step with the table. As long as their number and the last id agree, they are. */
  private async refresh(): Promise<void> {
    const ofModel = this.reader.selectFrom('knowledge_vectors').where('model', '=', this.model);
    const { count, last } = await ofModel
      .select(({ fn }) => [fn.countAll().as('count'), fn.max('id').as('last')])
      .executeTakeFirstOrThrow();
    const known = [...this.vectors.keys()].at(-1) ?? 0;
    if (Number(count) === this.vectors.size && Number(last ?? 0) === known) return;
    const added = await ofModel.selectAll().where('id', '>', known).orderBy('id').execute();
    const there = new Set((await ofModel.select('id').execute()).map(({ id }) => Number(id)));
    const kept = [...this.vectors].filter(([id]) => there.has(id));
    const read = added.map(
      ({ id, position, vector }) => [Number(id), { position: Number(position), vector: numbersOf(vector) }] as const,
    );
    this.vectors = new Map([...kept, ...read]);
  }
}

function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** Bytes of a row may begin anywhere; numbers of four bytes may not. */
function numbersOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer, 0, Math.floor(bytes.byteLength / 4));
}

/** Of vectors of the same size. */
function dotProduct(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}
