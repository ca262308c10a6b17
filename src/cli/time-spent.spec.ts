import { describe, expect, it } from '@jest/globals';
import type { LiveMessage } from './live-message.ts';
import { timeSpent } from './time-spent.ts';

/** Only what timeSpent looks at. */
function at(ms: number, type: LiveMessage['type'], durationMs = 0): LiveMessage {
  return { type, timestamp: new Date(ms).toISOString(), data: { durationMs } } as unknown as LiveMessage;
}

describe('timeSpent', () => {
  it('leaves to orchestration what is neither a test run nor a model call', () => {
    const messages = [
      at(1000, 'TASK_CREATED'),
      at(1300, 'MODEL_CALL_COMPLETED', 200),
      at(1900, 'TEST_PASSED', 500),
      at(2000, 'TASK_COMPLETE'),
    ];
    expect(timeSpent(messages)).toEqual({ totalMs: 1000, testsMs: 500, modelsMs: 200, orchestrationMs: 300 });
  });

  it('counts what runs at the same time once', () => {
    const messages = [
      at(0, 'TASK_CREATED'),
      at(600, 'TEST_FAILED', 500),
      at(700, 'TEST_PASSED', 400),
      at(800, 'MODEL_CALL_COMPLETED', 300),
      at(1000, 'TASK_COMPLETE'),
    ];
    expect(timeSpent(messages)).toEqual({ totalMs: 1000, testsMs: 600, modelsMs: 100, orchestrationMs: 300 });
  });

  it('is all zero for nothing', () => {
    expect(timeSpent([])).toEqual({ totalMs: 0, testsMs: 0, modelsMs: 0, orchestrationMs: 0 });
  });
});
