import test from 'node:test';
import assert from 'node:assert/strict';
import { frequency } from './frequency.js';

test('counts words, the most frequent first', () => {
  assert.deepEqual(frequency('b a b'), [
    { word: 'b', count: 2, share: 2 / 3 },
    { word: 'a', count: 1, share: 1 / 3 },
  ]);
});

test('orders words of the same count by the alphabet', () => {
  const list = frequency('pear fig apple').map((entry) => entry.word);
  assert.deepEqual(list, ['apple', 'fig', 'pear']);
});

test('answers at most limit entries', () => {
  const list = frequency('a a b c', 2).map((entry) => entry.word);
  assert.deepEqual(list, ['a', 'b']);
});

test('answers an empty list for an empty text', () => {
  assert.deepEqual(frequency(''), []);
});
