/** One numbered step of a module's schema; once released it never changes. Ids rise by one from 1. */
export interface Migration {
  readonly id: number;
  /** SQL, any number of statements. */
  readonly up: string;
}
