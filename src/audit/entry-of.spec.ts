import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { storedEvent } from '../../test/support/stored-event.ts';
import type { StoredEvent } from '../events/index.ts';
import type { Actor } from '../kernel/acting.ts';
import { auditActions } from './actions.ts';
import { auditedTypes, entryOf, isRuled, rulesInUse } from './entry-of.ts';

const ada: Actor = { name: 'ada', proof: 'key', keyId: 'k', role: 'operator', door: 'socket', correlationId: 'c-1' };

const cancelled = (change: Partial<StoredEvent> = {}) =>
  storedEvent(7, { actor: ada, ...change }, { eventType: 'TASK_CANCELLED', data: { by: 'bob', reason: 'enough' } });

describe('an entry of the audit log', () => {
  it('says who, what, when, why, by which door, with the correlation of the request [PL-5]', () => {
    expect(entryOf(cancelled())).toMatchObject({
      sequence: 7,
      who: 'ada',
      proof: 'key',
      keyId: 'k',
      role: 'operator',
      door: 'socket',
      action: 'task.cancelled',
      kind: 'task',
      subject: 'task',
      why: 'enough',
      result: 'ok',
      correlationId: 'c-1',
    });
  });

  it('takes the word of the caller where no key was shown, and says that none was [PL-5]', () => {
    const local: Actor = { ...ada, name: 'local', proof: 'loopback', keyId: null, correlationId: null };
    const entry = entryOf(cancelled({ actor: local }));
    expect(entry).toMatchObject({ who: 'bob', proof: 'loopback' });
    expect(entry?.correlationId).toBe(cancelled().correlationId);
  });

  it('is the server’s own where nobody brought the event in [PL-5]', () => {
    const event = storedEvent(1, {}, { eventType: 'TASK_COMPLETE', data: { summary: 's' } });
    expect(entryOf(event)).toMatchObject({ who: 'taskloom', proof: 'none', door: 'system' });
  });

  it.each([
    ['', undefined, 'Created the job'],
    ['send_mail', undefined, 'Created the job (send_mail)'],
    ['', 'daily', 'Created the job as it was due'],
    ['send_mail', 'daily', 'Created the job (send_mail) as it was due'],
  ])('says of a job of the intent "%s" and the schedule %s: %s', (intent, scheduleId, what) => {
    const schedule = scheduleId === undefined ? {} : { scheduleId };
    const event = { ...cancelled(), eventType: 'JOB_CREATED', data: { intent, request: null, ...schedule } };
    expect(entryOf(event as unknown as StoredEvent)).toMatchObject({ action: 'job.created', what });
  });

  it('is short, on one line and well formed, however long the reason [PL-5]', () => {
    const reason = `a\n\u0007${'🧵'.repeat(1000)}`;
    const data = { by: 'ada', reason };
    const why = entryOf(storedEvent(1, {}, { eventType: 'TASK_CANCELLED', data }))?.why ?? '';
    expect(why.length).toBe(500);
    expect(why.isWellFormed()).toBe(true);
    expect(why.startsWith('a 🧵')).toBe(true);
  });

  it('tells an event of a shape that is not known as such, and never fails on one [PL-5, EV-41]', () => {
    fc.assert(
      fc.property(fc.constantFrom(...auditedTypes), fc.dictionary(fc.string(), fc.jsonValue()), (eventType, data) => {
        const event = { ...cancelled(), eventType, data } as unknown as StoredEvent;
        const entry = entryOf(event);
        expect(entry === null || auditActions.includes(entry.action)).toBe(true);
        // The same event, the same entry.
        expect(entryOf(event)).toEqual(entry);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the rules of the audit log', () => {
  it('say nothing of a type that nobody knows [PL-5]', () => {
    expect(isRuled('TASK_CANCELLED') && isRuled('ACCESS_REFUSED') && isRuled('WEBHOOK_CREATED')).toBe(true);
    expect(entryOf({ ...cancelled(), eventType: 'NOBODY_KNOWS' } as unknown as StoredEvent)).toBeNull();
  });

  it('have a text that changes with them, so that what was indexed by others is indexed anew [PL-5]', () => {
    expect(rulesInUse()).toContain('TASK_CANCELLED');
    expect(rulesInUse()).toContain('task.cancelled');
  });
});
