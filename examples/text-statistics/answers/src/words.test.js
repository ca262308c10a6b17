import test from 'node:test';
import assert from 'node:assert/strict';
import { words } from './words.js';

test('splits a sentence into lower case words', () => {
  assert.deepEqual(words('The cat sat.'), ['the', 'cat', 'sat']);
});

test('has no empty words at the ends', () => {
  assert.deepEqual(words('  --Hello, world!-- '), ['hello', 'world']);
});

test('keeps contractions together', () => {
  assert.deepEqual(words("Don't stop, it's late"), ["don't", 'stop', "it's", 'late']);
});

test('knows letters beyond ASCII', () => {
  assert.deepEqual(words('Café über 2 naïve'), ['café', 'über', '2', 'naïve']);
});

test('answers an empty list for a text without words', () => {
  assert.deepEqual(words(''), []);
  assert.deepEqual(words('... !'), []);
});

test('refuses what is not a string', () => {
  assert.throws(() => words(42), TypeError);
});
