import type { ModelRole } from './brain.ts';
import { LanguageModel, type ModelAnswer, type ModelRequest } from './language-model.ts';
import { promptHash } from './prompt.ts';
import type { Recorder } from './recorder.ts';

/** A model whose every answer is kept in a recording. A recording that fails is reported; the answer is given all the same. */
export class RecordingModel extends LanguageModel {
  readonly provider: string;
  readonly model: string;

  constructor(
    private readonly inner: LanguageModel,
    private readonly role: ModelRole | null,
    private readonly recorder: Recorder,
    private readonly onFailure: (error: unknown) => void,
  ) {
    super();
    this.provider = inner.provider;
    this.model = inner.model;
  }

  async generate(request: ModelRequest): Promise<ModelAnswer> {
    const answer = await this.inner.generate(request);
    const { messages, answerSchema } = request;
    try {
      await this.recorder.record({
        version: 1,
        promptHash: promptHash({ messages, answerSchema }),
        role: this.role,
        provider: this.provider,
        model: this.model,
        messages: messages.map(({ role, content }) => ({ role, content })),
        answerSchema: answerSchema ?? null,
        ...answer,
      });
    } catch (error) {
      this.onFailure(error);
    }
    return answer;
  }
}
