import type { CodeOutline } from '../outline/code-outline.ts';
import { linesOf } from '../outline/outline.text.ts';

export interface SampledCode {
  readonly code: string;
  /** What of the whole is shown, for the model and for people. Null: all of it. */
  readonly sampled: string | null;
}

/** Longer lines are cut: nobody wrote them to be read. */
const LINE_CHARACTERS = 400;

/** Shares of the room: what there is, where it begins, how it ends. */
const SIGNATURES_SHARE = 0.5;
const HEAD_SHARE = 0.6;

/**
 * Code that fits into `tokens`: whole, or its head, its tail and the list of everything declared between, with what was
 * left out said in the code itself. Same code, same sample.
 */
export async function sampleCode(
  code: string,
  tokens: number,
  countTokens: (text: string) => number,
  outline: () => Promise<CodeOutline>,
): Promise<SampledCode> {
  // A token has far fewer characters than this, blanks aside: longer code need not be counted to be too long.
  if (code.length <= tokens * 16 && countTokens(code) <= tokens) return { code, sampled: null };
  const { functions, types, lines, cut } = await outline();
  const declared = [...types, ...functions]
    .sort((a, b) => a.firstLine - b.firstLine)
    .map(({ firstLine, signature }) => `${firstLine}: ${signature}`);
  const signatures = take(declared, Math.floor(tokens * SIGNATURES_SHARE), countTokens);
  const room = Math.max(0, tokens - signatures.tokens - FRAME_TOKENS);
  const head = take(linesOf(code), Math.floor(room * HEAD_SHARE), countTokens);
  const last = take(lastLinesOf(code, lines - head.lines.length), room - head.tokens, countTokens);
  const tail = last.lines.toReversed();
  const shown = [
    ...(head.lines.length > 0 ? [`1-${head.lines.length}`] : []),
    ...(tail.length > 0 ? [`${lines - tail.length + 1}-${lines}`] : []),
  ];
  const listed = `${signatures.lines.length} of ${declared.length}${cut ? ' or more' : ''} declarations`;
  const left = lines - head.lines.length - tail.length;
  return {
    code: [
      ...head.lines,
      `[… ${left} lines left out; declarations of the file, each with its line:]`,
      ...signatures.lines,
      '[…]',
      ...tail,
    ].join('\n'),
    sampled: `lines ${shown.join(' and ') || 'none'} of ${lines}, and ${listed}`,
  };
}

/** For the two lines that say what was left out. */
const FRAME_TOKENS = 40;

function take(lines: Iterable<string>, tokens: number, countTokens: (text: string) => number) {
  const taken: string[] = [];
  let sum = 0;
  for (const whole of lines) {
    const line = whole.length > LINE_CHARACTERS ? `${whole.slice(0, LINE_CHARACTERS)} …` : whole;
    const size = countTokens(`${line}\n`);
    if (sum + size > tokens) break;
    sum += size;
    taken.push(line);
  }
  return { lines: taken, tokens: sum };
}

/** From the end, at most `most` lines. */
function* lastLinesOf(code: string, most: number): Generator<string> {
  let end = code.endsWith('\n') ? code.length - 1 : code.length;
  for (let given = 0; given < most && end >= 0; given++) {
    const start = end === 0 ? 0 : code.lastIndexOf('\n', end - 1) + 1;
    yield code.slice(start, end);
    end = start - 1;
  }
}
