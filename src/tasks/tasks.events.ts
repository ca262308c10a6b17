import type { ContextLayer, PartPriority } from '../context/index.ts';
import { declareEventTypes, type EventPayloads, type SourceFile } from '../events/index.ts';
import type { Json } from '../kernel/json.ts';

/** One piece of a prompt, or of what was left out of it. */
export interface ManifestEntry {
  readonly part: string;
  /** Where it stands: system prompt, state, history, or the question itself. Absent in old logs. */
  readonly layer?: ContextLayer;
  /** CRITICAL is always in; the others as far as there is room. Absent in old logs. */
  readonly level?: PartPriority;
  readonly tokens: number;
  readonly why: string;
  readonly included: boolean;
}

/** A question to a model with all that it is told. */
export type ModelCallRequest = EventPayloads['MODEL_CALL_REQUESTED'];

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
      /** Of the prompt, counted as the model reads it, or nearly. Absent in old logs. */
      tokens?: number;
      /** The model's window, and what of it the prompt might take. Absent in old logs. */
      room?: { contextTokens: number; promptTokens: number };
      /** Stream sequence of the newest event that the prompt was made from. Absent in old logs. */
      asOf?: number;
      /** What earlier tasks have taught, as it was told. */
      recalled?: readonly {
        readonly id: string;
        readonly kind: string;
        readonly title: string;
        readonly text: string;
      }[];
      /** Models that would have been asked rather, and why they were not. */
      passedOver?: readonly { readonly model: string; readonly reason: string }[];
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
