import type { EventDraft, SourceFile } from '../../src/events/index.ts';

// Facts of a coding task in a few letters, for tests of pure decisions.

export const testFile = (path: string): SourceFile => ({ path, content: '', role: 'test' });
export const source = (path: string, content = 'code'): SourceFile => ({ path, content, role: 'source' });

export const created = (change: Partial<EventDraft<'TASK_CREATED'>['data']> = {}): EventDraft => ({
  eventType: 'TASK_CREATED',
  data: {
    prompt: 'count words',
    answers: [],
    priority: 20,
    language: null,
    files: [testFile('a.test.js'), testFile('b.test.js')],
    modules: null,
    limits: {},
    models: {},
    metadata: {},
    ...change,
  },
});
export const started: EventDraft = { eventType: 'TASK_STARTED', data: { brain: 'a test' } };
export const planned = (...modules: { path: string; dependsOn?: string[] }[]): EventDraft => ({
  eventType: 'PLANNING_COMPLETE',
  data: {
    plan: {
      objective: 'count words',
      language: 'javascript',
      modules: modules.map(({ path, dependsOn = [] }) => ({ path, description: path, dependsOn })),
    },
    source: 'model',
    callId: null,
  },
});
export const begun = (module: string): EventDraft => ({ eventType: 'MODULE_STARTED', data: { module } });
export const requested = (
  callId: string,
  signature: string,
  module: string | null,
  model: string | null = 'm',
): EventDraft => ({
  eventType: 'MODEL_CALL_REQUESTED',
  data: {
    callId,
    signature,
    role: 'executor',
    module,
    model,
    messages: [],
    answerSchema: {},
    promptHash: '',
    manifest: [],
  },
});
export const answered = (callId: string, tokens = 10): EventDraft => ({
  eventType: 'MODEL_CALL_COMPLETED',
  data: {
    callId,
    answer: {},
    by: 'ollama',
    model: 'm',
    usage: { inputTokens: tokens, outputTokens: 0 },
    durationMs: 1,
    attempts: 1,
  },
});
export const generated = (module: string, codeVersion: number, callId = 'c'): EventDraft => ({
  eventType: 'CODE_GENERATED',
  codeVersion,
  data: { module, files: [source(module)], codeHash: 'h', callId },
});
const outcome = (module: string | null, failing: readonly string[] = []) => ({
  module,
  passed: 1,
  failed: failing.length,
  results: failing.map((file) => ({
    name: `${file} works`,
    file,
    status: 'failed' as const,
    durationMs: 1,
    message: '1 is not 2',
  })),
  durationMs: 1,
  isolation: 'bwrap',
  exitCode: failing.length,
  output: '',
  outputBytesCut: 0,
});
export const passed = (module: string | null): EventDraft => ({ eventType: 'TEST_PASSED', data: outcome(module) });
export const failed = (module: string | null, ...files: string[]): EventDraft => ({
  eventType: 'TEST_FAILED',
  data: outcome(module, files),
});
export const complete = (module: string): EventDraft => ({
  eventType: 'MODULE_COMPLETE',
  data: { module, iterations: 0 },
});
export const correcting = (module: string, iteration: number): EventDraft => ({
  eventType: 'CORRECTION_STARTED',
  data: { module, iteration, failures: [] },
});
export const corrected = (module: string, iteration: number, codeVersion: number): EventDraft => ({
  eventType: 'CORRECTION_COMPLETED',
  codeVersion,
  data: {
    module,
    iteration,
    files: [source(module, `code ${codeVersion}`)],
    codeHash: `h${codeVersion}`,
    callId: null,
  },
});
