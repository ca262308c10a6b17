import { describe, expect, it } from '@jest/globals';
import { created, planned, started } from '../../test/support/coding-facts.ts';
import { storedEvents } from '../../test/support/stored-events.ts';
import { type EventDraft, projectTask } from '../events/index.ts';
import type { WorkPlace } from '../orchestrator/index.ts';
import { statusOf } from './task-view.ts';

const running = { status: 'running', wait: null } as WorkPlace;
const statusAfter = (...drafts: EventDraft[]) => statusOf(projectTask('t', storedEvents('t', drafts)), running);
const beginning = created({ requireApproval: true });
const plan = planned({ path: 'a.js' });

describe('the status of a task', () => {
  it('is that it waits for people from the fact on that makes it wait, also while its row still runs [TK-6, EP-4]', () => {
    expect(statusAfter(beginning, started)).not.toBe('awaitingApproval');
    expect(statusAfter(beginning, started, plan)).toBe('awaitingApproval');
    const asked: EventDraft = { eventType: 'QUESTIONS_ASKED', data: { questions: ['Which?'], callId: 'c' } };
    expect(statusAfter(beginning, started, asked)).toBe('awaitingAnswers');
    const paused: EventDraft = { eventType: 'TASK_PAUSED', data: { code: 'USER', reason: '', by: 'ada' } };
    expect(statusAfter(beginning, started, plan, paused)).toBe('paused');
  });
});
