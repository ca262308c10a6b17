/** Which SQL a database speaks. */
export type DatabaseDialect = 'sqlite' | 'postgres';

/** One numbered step of a module's schema; once released it never changes. Ids rise by one from 1. */
export interface Migration {
  readonly id: number;
  /** SQL, any number of statements: one text for every database, or one for each. */
  readonly up: string | Readonly<Record<DatabaseDialect, string>>;
}

/** A migration in the words of one database. */
export interface MigrationStep {
  readonly id: number;
  readonly up: string;
}

export function stepsIn(dialect: DatabaseDialect, migrations: readonly Migration[]): readonly MigrationStep[] {
  return migrations.map(({ id, up }) => ({ id, up: typeof up === 'string' ? up : up[dialect] }));
}
