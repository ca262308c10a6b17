import { declareEventTypes, type SourceFile } from '../events/index.ts';
import type { Json } from '../kernel/json.ts';

/** One piece of a prompt, or of what was left out of it. */
export interface ManifestEntry {
  readonly part: string;
  readonly tokens: number;
  readonly why: string;
  readonly included: boolean;
}

declare module '../events/event.ts' {
  interface EventPayloads {
    /** A model is to answer: with a delegated brain this is a work item that anybody with the role may claim. */
    MODEL_CALL_REQUESTED: {
      /** The eventId of this event. */
      callId: string;
      /** PlanTask, WriteTests, GenerateModule, CorrectModule. */
      signature: string;
      role: 'planner' | 'executor';
      module: string | null;
      /** Null: delegated. */
      model: string | null;
      messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
      answerSchema: { readonly [key: string]: Json };
      /** SHA-256 of messages and schema, hexadecimal. */
      promptHash: string;
      manifest: readonly ManifestEntry[];
      /** The files that the prompt is built on and that may change meanwhile: SHA-256 by path. Absent in old logs. */
      basis?: Readonly<Record<string, string>>;
    };
    /** The answer has its schema but cannot be used: wrong path, circular plan … */
    MODEL_ANSWER_REJECTED: { callId: string; issues: readonly string[] };
    /** Files that the answer is built on changed while it was made: it is not used, and the question is put anew. */
    MODEL_ANSWER_STALE: { callId: string; moved: readonly string[] };
    WORK_ITEM_CLAIMED: {
      callId: string;
      by: string;
      /** SHA-256 of the lease token: who reads the log cannot answer in the claimant's name. */
      leaseHash: string;
      leaseUntil: string;
    };
    WORK_ITEM_RELEASED: { callId: string; by: string };
    /** Tests that a model wrote for a module, before its code. */
    TESTS_WRITTEN: { module: string; files: readonly SourceFile[]; callId: string };
    /** What a running test prints, as it comes; at most 64 KiB a run. */
    TEST_OUTPUT: { module: string | null; text: string };
  }
}

declareEventTypes(
  'MODEL_CALL_REQUESTED',
  'MODEL_ANSWER_REJECTED',
  'MODEL_ANSWER_STALE',
  'WORK_ITEM_CLAIMED',
  'WORK_ITEM_RELEASED',
  'TESTS_WRITTEN',
  'TEST_OUTPUT',
);
