/** The same numbers for the same seed on every machine (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (from, to) => from + Math.floor(next() * (to - from + 1));
  const pick = (items) => items[integer(0, items.length - 1)];
  const hex = (length) => Array.from({ length }, () => '0123456789abcdef'[integer(0, 15)]).join('');
  const shuffled = (items) =>
    items
      .map((item) => ({ item, place: next() }))
      .toSorted((a, b) => a.place - b.place)
      .map(({ item }) => item);
  return { chance: (share) => next() < share, integer, pick, hex, shuffled };
}

/** Calls `make` until it gives something new. */
export function distinct() {
  const given = new Set();
  return (make) => {
    for (;;) {
      const value = make();
      if (given.has(value)) continue;
      given.add(value);
      return value;
    }
  };
}
