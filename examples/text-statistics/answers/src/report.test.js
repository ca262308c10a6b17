import test from 'node:test';
import assert from 'node:assert/strict';
import { report } from './report.js';

test('reports counts, the mean sentence length and the most frequent word', () => {
  const expected = [
    'Words: 9 (8 different)',
    'Sentences: 2',
    'Words per sentence: 4.5',
    'Most frequent:',
    '  the 22.2 %',
  ];
  assert.equal(report('The cat sat. The dog ran off too today.', 1), expected.join('\n'));
});

test('reports zeros for an empty text', () => {
  assert.equal(report(''), 'Words: 0 (0 different)\nSentences: 0\nWords per sentence: 0.0');
});

test('lists the top words with their share in percent', () => {
  const lines = report('a a b. c', 2).split('\n');
  assert.deepEqual(lines.slice(-2), ['  a 50.0 %', '  b 25.0 %']);
});

test('shows at most three words by default', () => {
  const lines = report('a b c d e').split('\n');
  const list = lines.slice(lines.indexOf('Most frequent:') + 1);
  assert.equal(list.length, 3);
});
