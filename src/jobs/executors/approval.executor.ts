import { z } from 'zod';
import { type Answer, wantedAnswer } from '../approvals/wanted-answer.ts';
import { DecisionPendingError } from '../jobs.errors.ts';
import { type Decision, type ExecutionContext, SchemaExecutor } from './executor.ts';

const params = z.strictObject({
  question: z.string().trim().min(1).max(10_000),
  /** How many different people have to agree. */
  people: z.int().min(1).max(2).default(1),
  /** What they are to tell besides yes. */
  answer: wantedAnswer.optional(),
});

type Params = z.infer<typeof params>;
type Result = {
  readonly approved: boolean;
  readonly by: readonly string[];
  readonly reason: string | null;
  /** Where one was wanted. */
  readonly answer?: Answer;
};

/** A step that people do: they are asked a question, and the workflow brings their decision. */
export class ApprovalExecutor extends SchemaExecutor<Params, Result> {
  override readonly action = 'approval';
  override readonly description =
    'Asks people and waits until they agree; params: question, people (1 or 2 different ones), answer (type: text, number, or choice with choices) where they are to tell something. Result: approved, by, answer';
  override readonly timeoutMs = 86_400_000;
  override readonly waitsForPeople = true;
  protected override readonly schema = params;

  /** Rejects with DecisionPendingError where the context brings no decision. */
  protected override perform({ question }: Params, { decision, signal }: ExecutionContext): Promise<Decision> {
    signal.throwIfAborted();
    return decision ? Promise.resolve(decision) : Promise.reject(new DecisionPendingError(question));
  }

  protected override judge({ people }: Params, { approved, by, reason }: Result): string | null {
    if (!approved) return `${by.join(' and ') || 'nobody'} refused${reason === null ? '' : `: ${reason}`}`;
    const agreed = new Set(by).size;
    return agreed < people ? `${agreed} of ${people} different people agreed` : null;
  }
}
