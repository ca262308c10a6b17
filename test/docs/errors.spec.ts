import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { errorEntries, failureCodes } from '../../scripts/docs/errors-reference.ts';
import { parse, productSources } from '../../scripts/docs/sources.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/errors.md', import.meta.url)), 'utf8');

const ofSource = (text: string) => errorEntries([parse('src/sample/sample.errors.ts', text)]);

describe('docs/errors.md', () => {
  it('lists exactly the codes that stand in the sources, each once', () => {
    const inSources = productSources().flatMap(({ file }) =>
      [...file.text.matchAll(/^ +(?:override )?readonly code(?:: string)? = '([A-Z_]+)';$/gm)].map(([, code]) => code),
    );
    const [classes = ''] = page.split('## Codes of failed tasks');
    const onPage = [...classes.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
    expect(onPage.length).toBeGreaterThan(20);
    expect(onPage.toSorted()).toEqual(inSources.toSorted());
  });

  it('shows no code of two classes', () => {
    const owners = Map.groupBy(errorEntries(productSources()), (entry) => entry.code);
    const shared = [...owners.values()].filter((entries) => entries.length > 1);
    expect(shared.map((entries) => entries.map((entry) => entry.className))).toEqual([]);
  });

  it('gives every error a kind and a message, and every code its upper snake case', () => {
    for (const entry of errorEntries(productSources())) {
      expect(entry.kinds.length).toBeGreaterThan(0);
      expect(entry.message).not.toBe('');
      expect(entry.code).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
    }
  });
});

describe('the reading of failure codes', () => {
  it('finds the codes of the workflows with the reason beside each, and no code of anything else', () => {
    const inTasks = parse(
      'src/tasks/sample.ts',
      `function give(n) { return { code: 'TOO_MUCH', reason: \`\${n} is too much.\` }; }
       function judge(error) { const code = error instanceof AppError ? error.code : 'ODD_FAILED'; const reason = messageOf(error); return { code, reason }; }
       class Sample extends AppError { readonly code = 'NOT_HERE'; }`,
    );
    const elsewhere = parse('src/api/sample.ts', `const a = { code: 'ELSEWHERE' };`);
    expect(failureCodes([inTasks, elsewhere])).toEqual([
      ['ODD_FAILED', '{error}'],
      ['TOO_MUCH', '{n} is too much.'],
    ]);
  });
});

describe('the reading of error classes', () => {
  it('finds a class that stands before its parent, in either case with the code it will have', () => {
    const entries = ofSource(`
      /** Narrow. */
      class Child extends Parent { override readonly code = 'SAMPLE_CHILD'; }
      class Parent extends AppError {
        readonly code: string = 'SAMPLE_PARENT';
        readonly kind = 'limit';
        constructor(n: number) { super(\`At most \${n}.\`); }
      }
      class Other extends Error { readonly code = 'NOT_OURS'; }
      abstract class Base extends AppError {}`);
    expect(entries).toMatchObject([
      { className: 'Child', code: 'SAMPLE_CHILD', kinds: ['limit'], message: 'At most {n}.', docstring: 'Narrow.' },
      { className: 'Parent', code: 'SAMPLE_PARENT', module: 'sample' },
    ]);
  });

  it('sees that a child without a code of its own shares its parent’s', () => {
    const [first, second] = ofSource(`
      class Parent extends AppError { readonly code: string = 'SAMPLE_ONE'; readonly kind = 'limit'; }
      class Child extends Parent {}`);
    expect(first?.code).toBe(second?.code);
  });

  it('refuses a code that cannot be read without running the program', () => {
    expect(() => ofSource(`class Odd extends AppError { readonly code = make(); }`)).toThrow('Odd needs exactly one');
  });

  it('puts names where values stand in a message', () => {
    const [entry] = ofSource(`class Sample extends AppError {
      readonly code = 'SAMPLE_X';
      readonly kind: ErrorKind;
      constructor(id: string, why: string | null, list: readonly string[], how = 'it broke') {
        super(\`\${JSON.stringify(id)}: \${how} \${why ?? 'no reason'}, \${list.map((x) => x).join()}: \${cures[why]}.\` + ' Go on.');
        this.kind = why === 'x' ? 'denied' : 'internal';
      }
    }`);
    expect(entry?.message).toBe('"{id}": {how} {why}, {list}: {why}. Go on.');
    expect(entry?.kinds).toEqual(['denied', 'internal']);
  });
});
