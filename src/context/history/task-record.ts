import type { VectorClock } from '../../events/index.ts';
import type { ModuleCode } from './module-code.ts';

/** Where a record comes from. */
export interface RecordOrigin {
  /** Position in the stream of the task. */
  readonly sequence: number;
  readonly eventId: string;
  readonly timestamp: string;
  readonly vectorClock: VectorClock;
  readonly codeVersion: number;
}

export interface TestFailure {
  readonly test: string;
  readonly message: string;
}

export interface PlannedPart {
  readonly path: string;
  readonly description: string;
  readonly dependsOn: readonly string[];
  readonly testCases: readonly string[];
}

/** What of an event a context is made of: fields that were missing have defaults, code is read. */
export type RecordContent =
  | { readonly kind: 'asked'; readonly prompt: string }
  | {
      readonly kind: 'planned';
      readonly objective: string;
      readonly modules: readonly PlannedPart[];
      readonly decisions: readonly string[];
      /** Files that the plan before had made and this one does not want. */
      readonly removed: readonly string[];
      /** What everything runs on: packages with versions, the test framework. */
      readonly settings: readonly string[];
    }
  | {
      readonly kind: 'coded';
      readonly files: readonly ModuleCode[];
      readonly isCorrection: boolean;
      /** Ids of symbols that differ from what the file held before, or are new or gone. */
      readonly changed: readonly string[];
    }
  | {
      readonly kind: 'tested';
      /** '' for the whole suite. */
      readonly module: string;
      readonly failures: readonly TestFailure[];
      readonly passed: number;
    }
  | {
      readonly kind: 'said';
      readonly as: 'requirement' | 'decision' | 'error';
      readonly text: string;
      /** The module that it is about; '' for the whole task. */
      readonly about: string;
    }
  | { readonly kind: 'ended'; readonly outcome: 'complete' | 'failed' | 'cancelled'; readonly text: string };

export type TaskRecord = RecordOrigin & RecordContent;
