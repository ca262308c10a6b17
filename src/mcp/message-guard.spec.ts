import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { messageIdOf, messageIssue, methodOf, toolOf } from './message-guard.ts';

const nested = (depth: number): unknown => {
  let value: unknown = {};
  for (let level = 1; level < depth; level++) value = level % 2 === 0 ? { value } : [value];
  return { value };
};

describe('the guard of messages [MCP-3]', () => {
  it('takes every object of up to 64 levels, and refuses deeper ones, lists and plain values', () => {
    expect(messageIssue(nested(63))).toBeNull();
    expect(messageIssue(nested(64))).toContain('64');
    expect(messageIssue(nested(1_000_000))).toContain('64');
    for (const wrong of [undefined, null, 5, 'text', true]) expect(messageIssue(wrong)).toContain('no JSON object');
    expect(messageIssue([{}])).toContain('batches');
  });

  it('never throws, and reads method, tool and id from what has them', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        messageIssue(value);
        methodOf(value);
        toolOf(value);
        messageIdOf(value);
      }),
    );
    const call = { id: 'a', method: 'tools/call', params: { name: 'explain' } };
    expect([messageIdOf(call), methodOf(call), toolOf(call)]).toEqual(['a', 'tools/call', 'explain']);
    expect([messageIdOf({ id: {} }), methodOf({ method: 1 }), toolOf({ params: null })]).toEqual([null, '', undefined]);
  });
});
