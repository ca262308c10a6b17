import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { storedEvent } from '../../test/support/stored-event.ts';
import type { AuditEntry } from './audit-entry.ts';
import { auditColumns, csvHead, csvOf, ndjsonOf } from './audit-lines.ts';
import { entryOf } from './entry-of.ts';

const entry = entryOf(storedEvent(3)) as AuditEntry;

/** RFC 4180, as strict as can be. */
function read(text: string): string[][] {
  const rows: string[][] = [];
  const row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push(row.splice(0));
  }
  return rows.filter((each) => each.length > 1);
}

it('are a table with a head that reads back, whatever stands in it [PL-5]', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (why) => {
      const [head, values] = read(csvHead + csvOf([{ ...entry, why }]));
      expect(head).toEqual([...auditColumns]);
      const given = values?.[auditColumns.indexOf('why')];
      expect(given === why || given === `'${why}`).toBe(true);
    }),
  );
});

it.each(['=1+1', '+1', '-1', '@x', '\t=1', '\r=1', ' =1', '＝1'])('make %j text for a spreadsheet [PL-5]', (why) => {
  expect(read(csvOf([{ ...entry, why }]))[0]?.[auditColumns.indexOf('why')]).toBe(`'${why}`);
});

it('have a column for every field of an entry, and are one JSON object a line [PL-5]', () => {
  expect([...auditColumns].sort()).toEqual(Object.keys(entry).sort());
  expect(ndjsonOf([entry, entry])).toBe(`${JSON.stringify(entry)}\n`.repeat(2));
  expect(
    ndjsonOf([{ ...entry, why: 'a\nb' }])
      .trimEnd()
      .split('\n'),
  ).toHaveLength(1);
});
