import { describe, expect, it } from '@jest/globals';
import { isUuid, newId, newProcessId } from './ids.ts';

describe('ids', () => {
  it('are UUIDs of version 7, all different and ordered as they were made', () => {
    const ids = Array.from({ length: 5_000 }, newId);
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
      true,
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });

  it('tells a UUID from anything else', () => {
    expect(isUuid(newId())).toBe(true);
    for (const other of ['', 'abc', `${newId()}0`, ` ${newId()}`, 7, null, undefined])
      expect(isUuid(other)).toBe(false);
  });

  it('gives each process id of one host another ending, in harmless letters', () => {
    const ids = Array.from({ length: 100 }, () => newProcessId('büro/host name'));
    expect(new Set(ids).size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^b-ro-host-name-[0-9a-f]{12}$/);
    expect(newProcessId('x'.repeat(500))).toHaveLength(32 + 1 + 12);
  });
});
