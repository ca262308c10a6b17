import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { estimateTokens, type Vocabulary } from '../../src/llm/token-estimate.ts';
import { tokenCounterFor } from '../../src/llm/tokenizers/token-counter.ts';

const corpus = fileURLToPath(new URL('../../test/fixtures/tokens/', import.meta.url));
const page = fileURLToPath(new URL('../../docs/context.md', import.meta.url));
const vocabularies: readonly Vocabulary[] = ['mistral', 'qwen3'];
const BEGIN = '<!-- token errors: made by `npm run docs:tokens` -->';
const END = '<!-- /token errors -->';

/** A text of the corpus with its real count for one tokenizer, and by how much estimates miss it: 0.1 is 10 % too many. */
export interface TokenError {
  readonly text: string;
  readonly vocabulary: Vocabulary;
  readonly tokens: number;
  readonly estimate: number;
  /** Of the estimate for a model whose vocabulary is not known. */
  readonly cautious: number;
  readonly quarterOfCharacters: number;
}

/** Measures the texts of test/fixtures/tokens. */
export async function measureTokenErrors(): Promise<readonly TokenError[]> {
  const counters = await Promise.all(
    vocabularies.map(async (vocabulary) => ({ vocabulary, counter: await tokenCounterFor({ tokenizer: vocabulary }) })),
  );
  return readdirSync(corpus).flatMap((name) => {
    const text = readFileSync(`${corpus}${name}`, 'utf8');
    return counters.map(({ vocabulary, counter }) => {
      const tokens = counter.count(text);
      return {
        text: name.replace(/(\.json)?\.txt$/, ''),
        vocabulary,
        tokens,
        estimate: estimateTokens(text, vocabulary) / tokens - 1,
        cautious: estimateTokens(text) / tokens - 1,
        quarterOfCharacters: text.length / 4 / tokens - 1,
      };
    });
  });
}

/** docs/context.md with the table of errors made anew. */
export async function contextPage(): Promise<string> {
  const written = readFileSync(page, 'utf8');
  const begin = written.indexOf(BEGIN) + BEGIN.length;
  const end = written.indexOf(END);
  if (begin < BEGIN.length || end < begin) throw new Error(`docs/context.md lacks ${BEGIN} … ${END}.`);
  return `${written.slice(0, begin)}\n\n${table(await measureTokenErrors())}\n\n${written.slice(end)}`;
}

function table(errors: readonly TokenError[]): string {
  const head = ['text', ...vocabularies.flatMap((name) => [`${name}: tokens`, 'estimate', 'unknown model', 'chars/4'])];
  const texts = [...new Set(errors.map(({ text }) => text))];
  const rows = texts.map((text) => {
    const measured = errors.filter((error) => error.text === text);
    const cells = measured.flatMap(({ tokens, estimate, cautious, quarterOfCharacters }) => [
      String(tokens),
      ...[estimate, cautious, quarterOfCharacters].map(percent),
    ]);
    return [text, ...cells];
  });
  return aligned([head, ...rows]);
}

function percent(share: number): string {
  const rounded = Math.round(share * 100);
  return `${rounded < 0 ? '−' : '+'}${Math.abs(rounded)} %`;
}

/** A Markdown table whose columns are as wide as their widest cell; all but the first are aligned to the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), rule, ...body.map(line)].join('\n');
}
