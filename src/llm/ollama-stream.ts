import { ndjson } from './ndjson.ts';

/** What a whole /api/chat stream said. */
export interface OllamaReply {
  readonly text: string;
  readonly doneReason: string;
  /** Null where the server did not count. */
  readonly promptTokens: number | null;
  readonly answerTokens: number | null;
}

/** A stream that ended before its last line, or whose server broke off with an error line. */
export class BrokenStreamError extends Error {}

interface ChatLine {
  readonly error?: string;
  readonly message?: { readonly content?: string };
  readonly done?: boolean;
  readonly done_reason?: string;
  readonly prompt_eval_count?: number;
  readonly eval_count?: number;
}

/** Reads a stream to its line with `done: true`; anything less rejects with BrokenStreamError. */
export async function readOllamaStream(
  chunks: AsyncIterable<Uint8Array>,
  onText?: (text: string) => void,
): Promise<OllamaReply> {
  let text = '';
  let last: ChatLine | null = null;
  for await (const value of ndjson(chunks)) {
    const line = value as ChatLine;
    if (line.error !== undefined) throw new BrokenStreamError(`broke off: ${line.error}`);
    const piece = line.message?.content ?? '';
    if (piece !== '') {
      text += piece;
      onText?.(piece);
    }
    if (line.done === true) last = line;
  }
  if (last) {
    return {
      text,
      doneReason: last.done_reason ?? 'stop',
      promptTokens: last.prompt_eval_count ?? null,
      answerTokens: last.eval_count ?? null,
    };
  }
  throw new BrokenStreamError(`ended after ${text.length} characters without its last line`);
}
