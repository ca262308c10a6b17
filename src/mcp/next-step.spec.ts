import { describe, expect, it } from '@jest/globals';
import { projectTask } from '../events/index.ts';
import { taskStatuses, type TaskView } from '../tasks/index.ts';
import { isOver, needsSomebody, nextStep, standing } from './next-step.ts';

const state = projectTask('a "quoted" id', []);
const task = (status: TaskView['status'], changes: Partial<TaskView> = {}): TaskView => ({
  ...{ taskId: 'a "quoted" id', prompt: '', brain: null, currentModule: null, iteration: 0, progress: 0.5 },
  ...{ codeVersion: 0, sequence: 7, modules: [], waitingFor: null, pause: null, questions: ['Which?'] },
  ...{ approval: 'notNeeded', usage: state.usage, error: null, summary: null, deadCode: null, createdAt: null },
  ...{ startedAt: null, finishedAt: null, metadata: {}, forkedFrom: null },
  status,
  ...changes,
});

describe('what to do next [MCP-2]', () => {
  it.each(taskStatuses)('is one sentence for each status, and so is how the task stands: %s', (status) => {
    for (const said of [standing(task(status)), nextStep(task(status))]) expect(said).toMatch(/^[\w"].*[.]$/);
    expect(standing(task(status))).toContain('"a \\"quoted\\" id"');
    expect(isOver(task(status)) && needsSomebody(task(status))).toBe(false);
  });

  it('is to be the model where nobody is, and to wait where one is away', () => {
    expect(nextStep(task('awaitingModel', { brain: 'delegated' }))).toContain('claim_work');
    expect(nextStep(task('awaitingModel', { brain: 'ollama' }))).not.toContain('claim_work');
  });
});
