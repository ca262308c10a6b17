export type SqlValue = null | number | bigint | string | Uint8Array;

export type Row = Readonly<Record<string, SqlValue>>;

/** A row as an array of its columns, in the order of the SELECT. */
export type Columns = readonly SqlValue[];

/** One SQL statement with its positional parameters. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** A statement that refuses the whole write with GuardFailedError unless it changes exactly `rows` rows. */
export interface GuardedStatement extends Statement {
  readonly guard?: { readonly name: string; readonly rows: number };
}
