export type { GuardedStatement, Row, SqlValue, Statement } from './statement.ts';
