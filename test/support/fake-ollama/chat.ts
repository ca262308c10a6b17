import type { ServerResponse } from 'node:http';
import { numberOption, optionProblem } from './options.ts';
import type { FakeChatRequest, FakeModel, FakeReply, FakeRefusal } from './script.ts';
import { type Fitted, fit } from './truncation.ts';
import { tokenize } from './tokens.ts';

/** The body of POST /api/chat as it came. */
export interface ChatBody {
  readonly model?: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly stream?: boolean;
  readonly format?: unknown;
  readonly think?: boolean | string;
  readonly truncate?: boolean;
  readonly shift?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Ollama's default where neither the request nor the model says. */
const DEFAULT_NUM_CTX = 4096;

/** A chat request that was accepted: what the model sees and how it may answer. */
export interface Accepted {
  readonly request: FakeChatRequest;
  readonly stream: boolean;
  readonly numCtx: number;
  readonly shift: boolean;
  readonly numPredict: number;
  readonly promptTokens: number;
}

/** Checks a request in Ollama's order; a refusal carries its status and message. */
export function accept(
  body: ChatBody,
  model: FakeModel,
  index: number,
  beforeTruncateOption: boolean,
): Accepted | FakeRefusal {
  const canThink = model.capabilities?.includes('thinking') ?? false;
  if (body.think && !canThink) return { status: 400, error: `"${body.model}" does not support thinking` };
  const options = body.options ?? {};
  const problem = optionProblem(options);
  if (problem) return { status: 500, error: problem };
  const numCtx = Math.min(numberOption(options, 'num_ctx', DEFAULT_NUM_CTX), model.contextLength ?? 32_768);
  const shift = beforeTruncateOption || body.shift !== false;
  const truncate = beforeTruncateOption || body.truncate !== false;
  const fitted: Fitted = fit(body.messages ?? [], { numCtx, truncate, shift });
  if ('error' in fitted) return { status: 400, error: fitted.error };
  return {
    request: {
      model: model.name,
      messages: fitted.messages,
      format: body.format ?? null,
      options,
      thinks: canThink && body.think !== false,
      index,
    },
    stream: body.stream !== false,
    numCtx,
    shift,
    numPredict: numberOption(options, 'num_predict', -1),
    promptTokens: fitted.promptTokens,
  };
}

/** Says a reply token by token as newline-delimited JSON, or at once when the request does not stream. */
export async function say(
  response: ServerResponse,
  accepted: Accepted,
  reply: FakeReply,
  signal: AbortSignal,
  onToken: () => void,
): Promise<'said' | 'deadSocket'> {
  const startedAt = process.hrtime.bigint();
  const thinking = accepted.request.thinks ? tokenize(reply.thinking ?? 'Let me think about that.') : [];
  const wanted = [...thinking, ...tokenize(reply.text)];
  const room = accepted.shift ? Infinity : accepted.numCtx - accepted.promptTokens;
  const limit = Math.min(room, accepted.numPredict > 0 ? accepted.numPredict : Infinity);
  const tokens = wanted.slice(0, limit);

  await reply.beforeFirstToken?.(signal);
  signal.throwIfAborted();
  const line = (message: object, rest: object) =>
    `${JSON.stringify({ model: accepted.request.model, created_at: new Date().toISOString(), message: { role: 'assistant', ...message }, ...rest })}\n`;
  const last = {
    done: true,
    done_reason: wanted.length > tokens.length ? 'length' : 'stop',
    total_duration: Number(process.hrtime.bigint() - startedAt),
    load_duration: 1,
    prompt_eval_count: reply.promptEvalCount ?? accepted.promptTokens,
    prompt_eval_duration: 1,
    eval_count: tokens.length,
    eval_duration: 1,
  };
  if (!accepted.stream) {
    const content = tokens.slice(thinking.length).join('');
    const thought = tokens.slice(0, thinking.length).join('');
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    response.end(line(thought ? { content, thinking: thought } : { content }, last));
    return 'said';
  }
  const write = writer(response, reply.bytesPerWrite, signal);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  for (const [index, token] of tokens.entries()) {
    if (index > 0) await reply.betweenTokens?.(index, signal);
    signal.throwIfAborted();
    if (reply.breakOff?.afterTokens === index) return breakOff(response, reply.breakOff, write);
    await write(line(index < thinking.length ? { content: '', thinking: token } : { content: token }, { done: false }));
    onToken();
  }
  if (reply.breakOff) return breakOff(response, reply.breakOff, write);
  await write(line({ content: '' }, last));
  response.end();
  return 'said';
}

/** Null when the script fits the format; constrained decoding can give nothing but JSON. */
export function formatProblem(request: FakeChatRequest, reply: FakeReply): string | null {
  if (request.format === null || reply.ignoresFormat) return null;
  try {
    JSON.parse(reply.text);
    return null;
  } catch {
    return `the script answers a request with a format in something else than JSON: ${reply.text.slice(0, 80)}`;
  }
}

export function isRefusal(answer: Accepted | FakeReply | FakeRefusal): answer is FakeRefusal {
  return 'status' in answer;
}

async function breakOff(
  response: ServerResponse,
  how: NonNullable<FakeReply['breakOff']>,
  write: (text: string) => Promise<void>,
): Promise<'said' | 'deadSocket'> {
  if (how.how === 'socket') return 'deadSocket';
  if (how.how === 'error')
    await write(`${JSON.stringify({ error: how.error ?? 'an error was encountered while running the model' })}\n`);
  response.end();
  return 'said';
}

function writer(response: ServerResponse, bytesPerWrite: number | undefined, signal: AbortSignal) {
  return async (text: string): Promise<void> => {
    const bytes = Buffer.from(text);
    const size = bytesPerWrite ?? bytes.length;
    for (let from = 0; from < bytes.length; from += size) {
      response.write(bytes.subarray(from, from + size));
      // Each piece is to leave as a packet of its own.
      if (bytesPerWrite) await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
  };
}
