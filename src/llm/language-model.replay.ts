import { setImmediate } from 'node:timers/promises';
import { LanguageModel, type ModelAnswer, type ModelRequest } from './language-model.ts';
import type { Recording } from './recording.ts';

const PIECE_CHARACTERS = 24;

/**
 * Answers from a recording: the same prompt gives the same answer, in any order and after any restart. Rejects with
 * RecordingMissError for a prompt that is not in it. `durationMs` is the time of the replay, the usage the recorded one.
 */
export class ReplayModel extends LanguageModel {
  readonly provider = 'replay';

  constructor(
    readonly model: string,
    private readonly recording: () => Promise<Recording>,
  ) {
    super();
  }

  async generate(request: ModelRequest): Promise<ModelAnswer> {
    request.signal?.throwIfAborted();
    const startedAt = performance.now();
    const recording = await this.recording();
    const { text, finish, usage } = recording.find({
      messages: [...request.messages],
      answerSchema: request.answerSchema ?? null,
    });
    if (request.onText) {
      for (const [piece] of text.matchAll(new RegExp(`[\\s\\S]{1,${PIECE_CHARACTERS}}`, 'gu'))) {
        await setImmediate();
        request.signal?.throwIfAborted();
        request.onText(piece);
      }
    }
    request.signal?.throwIfAborted();
    return { text, finish, usage, durationMs: Math.round(performance.now() - startedAt) };
  }
}
