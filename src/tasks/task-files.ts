import { createHash } from 'node:crypto';
import type { EventType, SourceFile, StoredEvent } from '../events/index.ts';

export interface FileView {
  readonly path: string;
  /** Bytes of UTF-8. */
  readonly size: number;
  readonly sha256: string;
  readonly role: SourceFile['role'];
}

/** The event types that put files into a workspace: reading these is enough to restore any version. */
export const fileEventTypes: readonly EventType[] = [
  'TASK_CREATED',
  'TESTS_WRITTEN',
  'CODE_GENERATED',
  'CORRECTION_COMPLETED',
  'PLAN_EDITED',
  'PLAN_REJECTED',
];

/** The files of a workspace as they were at a code version (all events up to the next version), by path. */
export function filesAtVersion(events: Iterable<StoredEvent>, version: number): ReadonlyMap<string, SourceFile> {
  const files = new Map<string, SourceFile>();
  for (const event of events) {
    if (event.codeVersion > version) break;
    for (const file of changedFiles(event)) files.set(file.path, file);
    for (const path of removedFiles(event)) files.delete(path);
  }
  return files;
}

/** The files that an event puts into the workspace. */
export function changedFiles(event: StoredEvent): readonly SourceFile[] {
  switch (event.eventType) {
    case 'TASK_CREATED':
    case 'TESTS_WRITTEN':
    case 'CODE_GENERATED':
    case 'CORRECTION_COMPLETED':
      return event.data.files;
    default:
      return [];
  }
}

/** The paths that are no files any more after an event. */
export function removedFiles(event: StoredEvent): readonly string[] {
  switch (event.eventType) {
    case 'PLAN_EDITED':
    case 'PLAN_REJECTED':
      return event.data.removed;
    default:
      return [];
  }
}

export function describeFile(file: SourceFile): FileView {
  const bytes = Buffer.from(file.content, 'utf8');
  return { path: file.path, size: bytes.length, sha256: sha256(bytes), role: file.role };
}

/** SHA-256 in hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
