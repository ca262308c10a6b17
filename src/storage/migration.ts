import type { Dialect } from './dialect.ts';

/** One numbered step of a module's schema; once released it never changes. Ids rise by one from 1. */
export interface Migration {
  readonly id: number;
  /** SQL, any number of statements: the same for every database, or for each its own. */
  readonly up: string | Readonly<Record<Dialect, string>>;
}

/** The SQL of a migration for one kind of database. */
export function sqlOf({ up }: Migration, dialect: Dialect): string {
  return typeof up === 'string' ? up : up[dialect];
}
