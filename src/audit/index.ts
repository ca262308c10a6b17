import './access.events.ts';

export { type AuditEntry, results, type SubjectKind, subjectKinds } from './audit-entry.ts';
export type { AuditFilter } from './audit-index.ts';
export { auditColumns, csvHead, csvOf, ndjsonOf } from './audit-lines.ts';
export { AuditLog, type AuditPage } from './audit-log.ts';
export { AuditModule } from './audit.module.ts';
export { actionsLike, auditActions } from './actions.ts';
