import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { eventEntries, eventsPage } from '../../scripts/docs/events-reference.ts';
import { parse, productSources } from '../../scripts/docs/sources.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/events.md', import.meta.url)), 'utf8');

describe('docs/events.md', () => {
  it('has a section for every declared event type, each declared once, and no other', () => {
    const declared = eventEntries(productSources()).map(({ type }) => type);
    const sections = [...page.matchAll(/^### ([A-Z][A-Z_]+)$/gm)].map(([, type]) => type);
    expect(new Set(declared).size).toBe(declared.length);
    expect(declared).toContain('TASK_CREATED');
    expect(sections).toEqual(declared);
  });

  it('has an event type for every one that the product appends', () => {
    const declared = new Set(eventEntries(productSources()).map(({ type }) => type));
    const appended = productSources().flatMap(({ file }) =>
      [...file.text.matchAll(/eventType: '([A-Z_]+)'/g)].map(([, type]) => type ?? ''),
    );
    expect(appended.length).toBeGreaterThan(10);
    expect(appended.filter((type) => !declared.has(type))).toEqual([]);
  });

  it('has every type of another module declared at run time too, beside its payload', () => {
    const elsewhere = productSources().filter(({ path }) => !path.startsWith('src/events/'));
    for (const source of elsewhere) {
      const calls = [...source.file.text.matchAll(/^declareEventTypes\(([^)]*)\)/gm)];
      const named = calls.flatMap(([, names = '']) => [...names.matchAll(/'(\w+)'/g)].map(([, type]) => type));
      const types = eventEntries([source]).map(({ type }) => type);
      expect({ path: source.path, named: named.toSorted() }).toEqual({ path: source.path, named: types.toSorted() });
    }
  });
});

describe('the reading of event payloads', () => {
  it('shows fields with their types and comments, and every shape they are made of', () => {
    const source = parse(
      'src/sample/sample.events.ts',
      `/** A part. */
      export interface Part { readonly inner: readonly Inner[] }
      export interface Inner {
        /** In ms. */
        readonly time?: number;
      }
      export interface Unused { readonly x: 1 }
      declare module './event.ts' {
        interface EventPayloads {
          /** It came. */
          CAME: Part & { readonly by: 'a' | 'b' };
        }
      }`,
    );
    const made = eventsPage([source]);
    expect(made).toContain('### CAME\n\nIt came. (`src/sample/sample.events.ts`)');
    expect(made).toContain("| `inner` | `Inner[]` |  |\n| `by` | `'a' \\| 'b'` |  |");
    expect(made).toContain(
      '### Inner\n\n| Field | Type | Meaning |\n| --- | --- | --- |\n| `time` (optional) | `number` | In ms. |',
    );
    expect(made).not.toContain('Unused');
  });
});
