import type { EventDraft } from '../../src/events/index.ts';
import { created, failed, passed, planned } from './coding-facts.ts';

/** New code of a module, as a model gives it. */
export const codeOf = (module: string, content: string): EventDraft => ({
  eventType: 'CODE_GENERATED',
  data: { module, files: [{ path: module, content, role: 'source' }], codeHash: 'h', callId: 'c' },
});

/** A failed run of one test of a module. */
export function failureOf(module: string, name: string, message: string): EventDraft {
  const { data, eventType } = failed(module, 'a.test.js') as EventDraft<'TEST_FAILED'>;
  const results = [{ name, file: 'a.test.js', status: 'failed' as const, durationMs: 1, message }];
  return { eventType, data: { ...data, results } };
}

/** The course of a task that met an error in its only module and fixed it. */
export function taskWithFix(module: string, error: string, fix: string): readonly EventDraft[] {
  return [
    created(),
    planned({ path: module }),
    codeOf(module, 'before'),
    failureOf(module, 'a test', error),
    codeOf(module, fix),
    passed(module),
    { eventType: 'TASK_COMPLETE', data: { summary: '' } },
  ];
}
