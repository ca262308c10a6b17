import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf } from '../kernel/errors.ts';
import { type ModelRole, modelRoles } from './brain.ts';
import { RecordingInvalidError, RecordingMissError } from './llm.errors.ts';
import { promptHash } from './prompt.ts';
import { nearestPrompt } from './recording-nearest.ts';

const message = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });

/** One line of a recording: a question, the answer it got and what that cost. */
export const recordedCallSchema = z.object({
  version: z.literal(1),
  promptHash: z.string(),
  role: z.enum(modelRoles).nullable(),
  provider: z.string(),
  model: z.string(),
  messages: z.array(message),
  answerSchema: z.record(z.string(), z.unknown()).nullable(),
  text: z.string(),
  finish: z.enum(['stop', 'length']),
  usage: z.object({ inputTokens: z.number(), outputTokens: z.number() }).nullable(),
  durationMs: z.number(),
});

export type RecordedCall = z.infer<typeof recordedCallSchema>;

/**
 * Recorded answers by prompt. An answer depends on the prompt alone, never on what was asked before, so a replay is the
 * same after a restart and in any order. A prompt that was recorded more than once has its last answer.
 */
export class Recording {
  private readonly byHash: ReadonlyMap<string, RecordedCall>;

  constructor(
    readonly path: string,
    readonly calls: readonly RecordedCall[],
  ) {
    this.byHash = new Map(calls.map((call) => [call.promptHash, call]));
  }

  /**
   * Reads JSON lines. A last line without its newline is a call whose recording was interrupted, and is left out; any
   * other line that is not a recorded call, or does not match its hash, rejects with RecordingInvalidError.
   */
  static async read(path: string): Promise<Recording> {
    let content: string;
    try {
      content = await readFile(path, 'utf8');
    } catch (error) {
      throw new RecordingInvalidError(path, messageOf(error), { cause: error });
    }
    const lines = content.split('\n').slice(0, -1);
    const calls = lines.flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(path, line, index + 1)]));
    return new Recording(path, calls);
  }

  /** The recorded call of a prompt; throws RecordingMissError that shows the nearest one. */
  find(prompt: Pick<RecordedCall, 'messages'> & { answerSchema: RecordedCall['answerSchema'] }): RecordedCall {
    const hash = promptHash({ messages: prompt.messages, answerSchema: prompt.answerSchema ?? undefined });
    const call = this.byHash.get(hash);
    if (call) return call;
    throw new RecordingMissError(this.path, hash, nearestPrompt(prompt, this.calls));
  }

  /** The model that answered for a role; null where the recording does not say. */
  modelOf(role: ModelRole): string | null {
    return this.calls.findLast((call) => call.role === role)?.model ?? null;
  }
}

function parseLine(path: string, line: string, lineNumber: number): RecordedCall {
  const call = parseCall(path, line, lineNumber);
  const hash = promptHash({ messages: call.messages, answerSchema: call.answerSchema ?? undefined });
  if (hash === call.promptHash) return call;
  throw new RecordingInvalidError(
    path,
    `line ${lineNumber}: its prompt was changed, as it no longer has the hash ${call.promptHash}`,
  );
}

function parseCall(path: string, line: string, lineNumber: number): RecordedCall {
  try {
    return recordedCallSchema.parse(JSON.parse(line));
  } catch (error) {
    const said = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new RecordingInvalidError(path, `line ${lineNumber}: ${said}`, { cause: error });
  }
}
