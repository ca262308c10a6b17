import type { Failure } from './failure.ts';
import type { MigrationStep } from './migration.ts';
import type { GuardedStatement } from './statement.ts';

/** One write as it crosses to the writer's thread: statements, or the input of the command of that number. */
export type WriteRequest =
  | { readonly id: number; readonly statements: readonly GuardedStatement[] }
  | { readonly id: number; readonly command: number; readonly input: unknown };

export type ToWriter =
  | { readonly kind: 'writes'; readonly writes: readonly WriteRequest[] }
  | { readonly kind: 'load'; readonly id: number; readonly command: number; readonly url: string }
  | {
      readonly kind: 'migrate';
      readonly id: number;
      readonly module: string;
      readonly migrations: readonly MigrationStep[];
    }
  | { readonly kind: 'close' };

export type Outcome =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly failure: Failure };

export type FromWriter =
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly failure: Failure }
  | { readonly kind: 'done'; readonly outcomes: readonly Outcome[] };

/** What the thread is started with. */
export interface WriterData {
  readonly path: string;
  /** One shared number that the caller raises after each message. */
  readonly bell: Int32Array<SharedArrayBuffer>;
}
