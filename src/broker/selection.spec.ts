import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describe as described, matches, rankOffers, Rotation } from './selection.ts';

describe('a selector', () => {
  const worker = { type: 'browser', capabilities: new Set(['click', 'type']) };

  it('matches by type, by a set of capabilities, or by both [BR-2]', () => {
    expect(matches({ type: null, capabilities: [] }, worker)).toBe(true);
    expect(matches({ type: 'browser', capabilities: ['click', 'type'] }, worker)).toBe(true);
    expect(matches({ type: 'browser', capabilities: ['click', 'scroll'] }, worker)).toBe(false);
    expect(matches({ type: 'mail', capabilities: [] }, worker)).toBe(false);
  });

  it('says in words what is wanted', () => {
    expect(described({ type: 'mail', capabilities: ['send', 'read'] })).toBe('type "mail" and capabilities send, read');
    expect(described({ type: null, capabilities: [] })).toBe('the message');
  });
});

describe('taking turns', () => {
  const selector = { type: 'any', capabilities: [] };

  it('is fair within one message over any window, while workers come and go [BR-2]', () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.constant({ kind: 'send' as const, id: '' }) },
      fc.record({
        kind: fc.constantFrom('come' as const, 'go' as const),
        id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const rotation = new Rotation();
        const present = new Map<string, { readonly id: string }>();
        /** What each got, with a mark where somebody came or went. */
        const history: string[] = [];
        for (const { kind, id } of steps) {
          if (kind === 'come') present.set(id, present.get(id) ?? { id });
          else if (kind === 'go') {
            if (present.delete(id)) history.push(`-${id}`);
            rotation.forget(id);
          } else {
            const [next] = rotation.order(selector, [...present.values()]);
            if (!next) continue;
            rotation.took(selector, next.id);
            history.push(next.id);
          }
        }
        // Any two that are there during a window differ by at most one in it.
        for (const one of present.keys())
          for (const other of present.keys()) {
            const since = Math.max(history.lastIndexOf(`-${one}`), history.lastIndexOf(`-${other}`)) + 1;
            const turns = history.slice(since).filter((id) => id === one || id === other);
            if (one === other || !turns.includes(one) || !turns.includes(other)) continue;
            // From where both are known to be there the two alternate strictly.
            const both = turns.slice(Math.max(turns.indexOf(one), turns.indexOf(other)));
            for (let index = 1; index < both.length; index++) expect(both[index]).not.toBe(both[index - 1]);
          }
      }),
    );
  });

  it('has turns of its own for each selector, whatever the order of its capabilities', () => {
    const rotation = new Rotation();
    const workers = [{ id: 'a' }, { id: 'b' }];
    rotation.took({ type: null, capabilities: ['x', 'y'] }, 'a');
    expect(rotation.order({ type: null, capabilities: ['y', 'x', 'y'] }, workers)[0]?.id).toBe('b');
    expect(rotation.order({ type: null, capabilities: ['x'] }, workers)[0]?.id).toBe('a');
  });

  it('remembers no more than a thousand selectors, and forgets what was used longest ago', () => {
    const rotation = new Rotation();
    const workers = [{ id: 'a' }, { id: 'b' }];
    for (let index = 0; index <= 1000; index++) rotation.took({ type: `t${index}`, capabilities: [] }, 'a');
    expect(rotation.order({ type: 't0', capabilities: [] }, workers)[0]?.id).toBe('a');
    expect(rotation.order({ type: 't1', capabilities: [] }, workers)[0]?.id).toBe('b');
  });
});

describe('offers', () => {
  it('are ranked by time, then cost, then load, equal ones as they came [BR-2]', () => {
    const bid = (worker: string, etaMs: number, cost: number, load: number) => ({
      worker,
      offer: { etaMs, cost, load },
    });
    const offers = [
      bid('slow', 9, 0, 0),
      bid('dear', 1, 5, 0),
      bid('busy', 1, 1, 1),
      bid('best', 1, 1, 0),
      bid('too', 1, 1, 0),
    ];
    expect(rankOffers(offers)).toEqual(['best', 'too', 'busy', 'dear', 'slow']);
  });
});
