/** The kinds of databases, for the few places where the same thing is said differently. */
export type Dialect = 'sqlite' | 'postgres';
