import test from 'node:test';
import assert from 'node:assert/strict';
import { sentences } from './sentences.js';

test('splits at full stops, exclamation marks and question marks', () => {
  assert.deepEqual(sentences('One. Two! Three?'), ['One.', 'Two!', 'Three?']);
});

test('keeps several marks in a row together, and text after the last one', () => {
  assert.deepEqual(sentences('Wait... what?! Yes'), ['Wait...', 'what?!', 'Yes']);
});

test('does not split at a decimal point', () => {
  assert.deepEqual(sentences('It costs 3.5 euros.'), ['It costs 3.5 euros.']);
});

test('answers an empty list for a blank text', () => {
  assert.deepEqual(sentences('  '), []);
});
