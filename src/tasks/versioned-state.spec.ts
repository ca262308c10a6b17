import { describe, expect, it } from '@jest/globals';
import { VersionedState } from './versioned-state.ts';

describe('VersionedState', () => {
  it('refuses a version that is not above the current one [TK-9]', () => {
    const state = new VersionedState<string>();
    expect(state.update(3, 'three')).toBe(true);
    expect(state.update(2, 'two')).toBe(false);
    expect(state.update(3, 'three again')).toBe(false);
    expect(state.current).toBe('three');
  });

  it('reads 0 before any update, and takes 0 as the first version once [TK-9]', () => {
    const state = new VersionedState<string>();
    expect(state.currentVersion).toBe(0);
    expect(state.update(0, 'first')).toBe(true);
    expect(state.update(0, 'second')).toBe(false);
    expect(state.current).toBe('first');
  });

  it('takes gaps and versions beyond 32 bits [TK-9]', () => {
    const state = new VersionedState<string>();
    for (const version of [1, 7, 2 ** 31, 2 ** 31 + 1, Number.MAX_SAFE_INTEGER])
      expect(state.update(version, 'x')).toBe(true);
    expect(state.currentVersion).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('lets exactly one of two concurrent updates of one version win [TK-9]', async () => {
    const state = new VersionedState<string>();
    const taken = await Promise.all(['a', 'b'].map((name) => Promise.resolve().then(() => state.update(5, name))));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(state.current).toBe(taken[0] ? 'a' : 'b');
  });

  it('names a version that is none [TK-9]', () => {
    const state = new VersionedState<string>();
    for (const version of [-1, 1.5, Number.NaN, 2 ** 53])
      expect(() => state.update(version, 'x')).toThrow(/is no version/);
  });
});
