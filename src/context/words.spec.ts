import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitWords, tellingWords } from './words.ts';

describe('the words of a text', () => {
  it('are names as a whole and in their parts, numbers, and single Chinese characters [CX-11]', () => {
    expect(splitWords('readHTMLFile(max_size25, größe)')).toEqual(
      'readhtmlfile read html file maxsize25 max size 25 größe'.split(' '),
    );
    expect(splitWords('maxRetries or max_retries?')).toEqual(
      'maxretries max retries or maxretries max retries'.split(' '),
    );
    expect(splitWords('解析 date, i = x2')).toEqual(['解', '析', 'date', 'x2']);
  });

  it('are without the commonest ones and no more than asked for where they are to tell texts apart [CX-11]', () => {
    expect(tellingWords('The validateEmail of HTTPServer in this file', 5)).toEqual(
      'validateemail validate email httpserver http'.split(' '),
    );
    expect(tellingWords('one two three', 2)).toEqual(['one', 'two']);
  });

  it('are lower case, never empty, and the same for a text in any normal form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const words = splitWords(text);
        for (const word of words) expect([word.length > 0, word]).toEqual([true, word.toLowerCase()]);
        expect(splitWords(text.normalize('NFD'))).toEqual(words);
        expect(tellingWords(text, Infinity).length).toBeLessThanOrEqual(words.length);
      }),
    );
  });
});
