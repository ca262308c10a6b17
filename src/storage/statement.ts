export type SqlValue = null | number | bigint | string | Uint8Array;

export type Row = Readonly<Record<string, SqlValue>>;

/** One SQL statement with its positional parameters. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** A statement that refuses the whole write with GuardFailedError unless it changes exactly `rows` rows. */
export interface GuardedStatement extends Statement {
  readonly guard?: { readonly name: string; readonly rows: number };
}
