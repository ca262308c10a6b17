import type { SourceFile, StoredEvent } from '../events/index.ts';
import { changedFiles, describeFile, type FileView, removedFiles } from './task-files.ts';

/** What put a file, or a version of the code, where it is. */
export type CodeOrigin = 'given' | 'testsWritten' | 'generated' | 'corrected' | 'byHand' | 'planEdited';

/** A file that a version has and the one before has not, or not so; a removed one as it was. */
export interface VersionedFile extends FileView {
  readonly change: 'added' | 'changed' | 'removed';
  readonly origin: CodeOrigin;
  /** Stream sequence of the event that holds its content, or that removed it. */
  readonly sequence: number;
  /** The model call that gave it; null when a person did. */
  readonly callId: string | null;
}

/** A version of a task's code. Version 0 is what the caller gave. */
export interface CodeVersion {
  readonly version: number;
  /** Stream sequence of the event that made it. */
  readonly sequence: number;
  readonly eventType: StoredEvent['eventType'];
  readonly timestamp: string;
  /** The module that was written or corrected; null for version 0. */
  readonly module: string | null;
  readonly origin: CodeOrigin;
  readonly callId: string | null;
  /** By path. Tests that a model wrote while it was the newest belong to it. */
  readonly files: readonly VersionedFile[];
}

/** All versions of the code in order, from the events of one stream that put files into it. Pure. */
export function codeVersions(events: Iterable<StoredEvent>): readonly CodeVersion[] {
  const versions: CodeVersion[] = [];
  let before = new Map<string, SourceFile>();
  let files = new Map<string, SourceFile>();
  let brought = new Map<string, StoredEvent>();
  let maker: StoredEvent | null = null;
  const close = () => {
    if (maker) versions.push({ ...versionOf(maker), files: filesOf(before, files, brought) });
    before = new Map(files);
    brought = new Map();
  };
  for (const event of events) {
    if (originOf(event) === null) continue;
    if (maker === null || event.codeVersion > maker.codeVersion) {
      close();
      maker = event;
      files = new Map(files);
    }
    for (const file of changedFiles(event)) {
      files.set(file.path, file);
      brought.set(file.path, event);
    }
    for (const path of removedFiles(event)) {
      files.delete(path);
      brought.set(path, event);
    }
  }
  close();
  return versions;
}

/** What an event makes of the files that it brings or removes; null for one that does neither. */
export function originOf(event: StoredEvent): CodeOrigin | null {
  switch (event.eventType) {
    case 'TASK_CREATED':
      return 'given';
    case 'TESTS_WRITTEN':
      return 'testsWritten';
    case 'CODE_GENERATED':
      return event.data.callId === null ? 'byHand' : 'generated';
    case 'CORRECTION_COMPLETED':
      return event.data.callId === null ? 'byHand' : 'corrected';
    case 'PLAN_EDITED':
    case 'PLAN_REJECTED':
      return event.data.removed.length > 0 ? 'planEdited' : null;
    default:
      return null;
  }
}

/** The call that an event's files came of, and the module they are for. */
export function sourceOf(event: StoredEvent): { readonly callId: string | null; readonly module: string | null } {
  switch (event.eventType) {
    case 'TESTS_WRITTEN':
    case 'CODE_GENERATED':
    case 'CORRECTION_COMPLETED':
      return { callId: event.data.callId, module: event.data.module };
    default:
      return { callId: null, module: null };
  }
}

function versionOf(maker: StoredEvent): Omit<CodeVersion, 'files'> {
  return {
    version: maker.codeVersion,
    sequence: maker.streamSequence,
    eventType: maker.eventType,
    timestamp: maker.timestamp,
    origin: originOf(maker) ?? 'given',
    ...sourceOf(maker),
  };
}

function filesOf(
  before: ReadonlyMap<string, SourceFile>,
  files: ReadonlyMap<string, SourceFile>,
  brought: ReadonlyMap<string, StoredEvent>,
): readonly VersionedFile[] {
  return [...brought]
    .flatMap(([path, event]): VersionedFile[] => {
      const [old, file, origin] = [before.get(path), files.get(path), originOf(event)];
      const shown = file ?? old;
      if (!shown || origin === null || old?.content === file?.content) return [];
      const { callId } = sourceOf(event);
      const change = !file ? 'removed' : old ? 'changed' : 'added';
      return [{ ...describeFile(shown), change, origin, sequence: event.streamSequence, callId }];
    })
    .sort(byPath);
}

/** The same order everywhere, whatever the machine's language. */
export function byPath(one: { readonly path: string }, other: { readonly path: string }): number {
  if (one.path === other.path) return 0;
  return one.path < other.path ? -1 : 1;
}
