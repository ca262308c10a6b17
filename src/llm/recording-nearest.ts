import type { ChatMessage } from './language-model.ts';

interface AskedPrompt {
  readonly messages: readonly ChatMessage[];
  readonly answerSchema: unknown;
}

/** Longer lines are shown up to here, from a little before the first difference. */
const SHOWN_CHARACTERS = 80;

/** The recorded prompt that shares most words with the one that was asked, and the first place where they part. */
export function nearestPrompt<Recorded extends AskedPrompt & { readonly promptHash: string }>(
  asked: AskedPrompt,
  recorded: readonly Recorded[],
): { promptHash: string; difference: string } | null {
  const askedWords = wordsOf(asked);
  let best: { call: Recorded; similarity: number } | null = null;
  for (const call of recorded) {
    const similarity = diceSimilarity(askedWords, wordsOf(call));
    if (!best || similarity > best.similarity) best = { call, similarity };
  }
  return best && { promptHash: best.call.promptHash, difference: firstDifference(asked, best.call) };
}

function wordsOf(prompt: AskedPrompt): ReadonlySet<string> {
  return new Set(prompt.messages.flatMap((message) => message.content.match(/\w+|[^\w\s]/g) ?? []));
}

/** 0 for nothing in common, 1 for the same words. */
function diceSimilarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size + b.size === 0) return 1;
  const shared = [...a].filter((word) => b.has(word)).length;
  return (2 * shared) / (a.size + b.size);
}

function firstDifference(asked: AskedPrompt, recorded: AskedPrompt): string {
  const count = Math.max(asked.messages.length, recorded.messages.length);
  for (let index = 0; index < count; index++) {
    const [ours, theirs] = [asked.messages[index], recorded.messages[index]];
    const where = `message ${index + 1}`;
    if (!ours) return `${where} was recorded but not asked`;
    if (!theirs) return `${where} (${ours.role}) was asked but not recorded`;
    if (ours.role !== theirs.role) return `${where} is from ${ours.role}, recorded from ${theirs.role}`;
    if (ours.content !== theirs.content)
      return `${where} (${ours.role}), ${lineDifference(ours.content, theirs.content)}`;
  }
  return `the answer schemas differ: asked ${show(JSON.stringify(asked.answerSchema), 0)}, recorded ${show(JSON.stringify(recorded.answerSchema), 0)}`;
}

function lineDifference(asked: string, recorded: string): string {
  const [ours, theirs] = [asked.split('\n'), recorded.split('\n')];
  const line = ours.findIndex((text, index) => text !== theirs[index]);
  const at = line === -1 ? ours.length : line;
  const [ourLine, theirLine] = [ours[at], theirs[at]];
  const from = commonPrefix(ourLine ?? '', theirLine ?? '');
  return `line ${at + 1}: asked ${show(ourLine, from)}, recorded ${show(theirLine, from)}`;
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function show(line: string | undefined, from: number): string {
  if (line === undefined) return 'nothing more';
  const start = Math.max(0, from - 20);
  const part = line.slice(start, start + SHOWN_CHARACTERS);
  return `${start > 0 ? '…' : ''}${JSON.stringify(part)}${start + SHOWN_CHARACTERS < line.length ? '…' : ''}`;
}
