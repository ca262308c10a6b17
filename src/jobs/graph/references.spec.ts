import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../kernel/json.ts';
import { MissingResultError } from '../jobs.errors.ts';
import { fillReferences, placedReferences } from './references.ts';
import { TaskGraph } from './task-graph.ts';
import type { ToDo } from './to-do.ts';

/** A step that waits for `a` and `b`, and has these values. */
function stepWith(values: Partial<Pick<ToDo, 'params' | 'text' | 'selector'>>): ToDo {
  const graph = TaskGraph.build([
    { id: 'a', action: 'rpn' },
    { id: 'b', action: 'rpn' },
    { id: 'c', action: 'rpn' },
    { id: 'last', action: 'http', dependsOn: ['a', 'b'], ...values },
  ]);
  const step = graph.get('last');
  if (!step) throw new Error('The step is there.');
  return step;
}

function filled(params: Readonly<Record<string, Json>>, results: Readonly<Record<string, Json>>) {
  return fillReferences(stepWith({ params }), (id) => results[id]).params;
}

describe('results of other steps in a step', () => {
  it('take the place of a whole text with their type [JB-2]', () => {
    const results = { a: { value: 7, list: ['x', { deep: true }] }, b: 'text' };
    expect(
      filled(
        {
          number: '{{steps.a.result.value}}',
          inList: [1, ' {{ steps.a.result.list.1.deep }} '],
          whole: { nested: '{{steps.a.result}}' },
          text: '{{steps.b.result}}',
        },
        results,
      ),
    ).toEqual({ number: 7, inList: [1, true], whole: { nested: results.a }, text: 'text' });
  });

  it('are written into a longer text, texts as they are and all else as JSON [JB-2]', () => {
    const step = stepWith({
      text: 'Sum: {{steps.a.result.value}}, by {{steps.b.result}}, {{steps.a.result}}',
      selector: '#row-{{steps.a.result.value}}',
    });
    expect(fillReferences(step, (id) => (id === 'a' ? { value: 7 } : 'me'))).toMatchObject({
      text: 'Sum: 7, by me, {"value":7}',
      selector: '#row-7',
    });
  });

  it('are written into an address so that they add nothing to it [JB-2]', () => {
    const params = {
      url: 'https://x.example/{{steps.a.result.id | url}}?q={{ steps.b.result|url }}',
      alone: '{{steps.b.result | url}}',
    };
    expect(filled(params, { a: { id: 7 }, b: 'a b&admin=1/../\ud800' })).toEqual({
      url: 'https://x.example/7?q=a%20b%26admin%3D1%2F..%2F%EF%BF%BD',
      alone: 'a%20b%26admin%3D1%2F..%2F%EF%BF%BD',
    });
  });

  it('fall back to the next alternative where a step has none [JB-2]', () => {
    const params = { value: '{{steps.a.result.value ?? steps.b.result}}' };
    expect(filled(params, { a: { value: 1 }, b: 2 })).toEqual({ value: 1 });
    expect(filled(params, { b: 2 })).toEqual({ value: 2 });
    expect(filled(params, { a: { other: 1 }, b: null })).toEqual({ value: null });
  });

  it('are an error that names step and reference where there is none [JB-2]', () => {
    const fill = () => filled({ value: '{{steps.a.result.total}}' }, { a: {} });
    expect(fill).toThrow(MissingResultError);
    expect(fill).toThrow('Step last needs {{steps.a.result.total}}, and there is no such result');
    expect(() => filled({ value: '{{steps.a.result.constructor}}' }, { a: {} })).toThrow(MissingResultError);
  });

  it('are never read for references themselves, whatever they hold [JB-2]', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('{{steps.b.result}}', '$&', '$1', '{{', '}}'), (text, trick) => {
        const hostile = `${text}${trick}`;
        expect(
          filled({ whole: '{{steps.a.result}}', part: '<{{steps.a.result}}>' }, { a: hostile, b: 'secret' }),
        ).toEqual({
          whole: hostile,
          part: `<${hostile}>`,
        });
      }),
    );
  });

  it('leave other double braces alone [JB-2]', () => {
    const params = { template: 'Hello {{ name }}, {{user.steps}} {{#each x}}', code: 'if (a) {{ return 1 }}' };
    expect(filled(params, {})).toEqual(params);
    expect(placedReferences(stepWith({ params }))).toEqual([]);
  });

  it('are found with where they stand [JB-2]', () => {
    const step = stepWith({
      text: '{{steps.a.result}}',
      params: { body: [0, '{{steps.a.result ?? steps.b.result}}'] },
    });
    expect(placedReferences(step)).toEqual([
      { path: ['text'], steps: ['a'] },
      { path: ['params', 'body', 1], steps: ['a', 'b'] },
    ]);
  });

  it('are refused at once where the step does not wait for the other, or is none [JB-2]', () => {
    expect(() => stepWith({ params: { url: 'https://x/{{steps.c.result}}' } })).toThrow(
      'steps[3].params.url: needs the result of c but does not wait for it: add c to dependsOn',
    );
    expect(() => stepWith({ text: '{{steps.a}}' })).toThrow(
      'steps[3].text: {{steps.a}} is no reference: write {{steps.<id>.result}}',
    );
    expect(() => stepWith({ text: '{{steps.a.result + 1}}' })).toThrow('is no reference');
  });
});
