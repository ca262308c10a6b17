import type { EventDraft, SourceFile } from '../events/index.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import type { PlanTaskOutput, WrittenFile } from '../llm/index.ts';
import type { Commit } from '../orchestrator/index.ts';
import { MAX_QUESTION_ROUNDS } from './ask/question-draft.ts';
import type { CodingState, OpenCall } from './coding-state.ts';
import { planFromAnswer } from './plan/plan-from-answer.ts';
import { planOf } from './plan/plan-modules.ts';
import { movedSince } from './stale-basis.ts';
import { sha256 } from './task-files.ts';

/**
 * Turns an answer that fits its schema into the facts it stands for: a plan, tests, or the next version of the code.
 * Nothing when the call was used or dropped meanwhile.
 */
export function acceptAnswer(callId: string): Commit<CodingState> {
  return (state) => {
    const call = state.calls.get(callId);
    if (!call?.answer) return [];
    // The answer was checked against the schema of its own signature before it was recorded.
    if (call.request.signature === 'PlanTask')
      return acceptPlan(state, callId, call.answer.value as unknown as PlanTaskOutput);
    const moved = movedSince(state, call);
    if (moved.length > 0) return [{ eventType: 'MODEL_ANSWER_STALE', data: { callId, moved } }];
    return acceptFile(state, call, call.answer.value as unknown as WrittenFile);
  };
}

function acceptPlan(state: CodingState, callId: string, answer: PlanTaskOutput): readonly EventDraft[] {
  if (answer.questions?.length) {
    if (state.questionRounds < MAX_QUESTION_ROUNDS) {
      return [{ eventType: 'QUESTIONS_ASKED', data: { questions: answer.questions, callId } }];
    }
    const issue = `questions: were asked ${MAX_QUESTION_ROUNDS} times already: plan with what is known`;
    return [{ eventType: 'MODEL_ANSWER_REJECTED', data: { callId, issues: [issue] } }];
  }
  // A regression test that turned out red is mere data by now, and still not the model's to change.
  const given = [...state.files.values(), ...(state.created?.files ?? [])];
  try {
    const plan = planOf(planFromAnswer(answer, given));
    return [{ eventType: 'PLANNING_COMPLETE', data: { plan, source: 'model', callId } }];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const texts = error.issues.map(({ path, message }) => `${path}: ${message}`);
    return [{ eventType: 'MODEL_ANSWER_REJECTED', data: { callId, issues: texts } }];
  }
}

function acceptFile(state: CodingState, call: OpenCall, { path, code }: WrittenFile): readonly EventDraft[] {
  const { callId, signature, module: modulePath } = call.request;
  const module = modulePath === null ? undefined : state.modules.get(modulePath);
  if (!module) return [];
  const content = code.endsWith('\n') ? code : `${code}\n`;
  const file: SourceFile = { path, content, role: signature === 'WriteTests' ? 'test' : 'source' };
  if (signature === 'WriteTests') {
    return [{ eventType: 'TESTS_WRITTEN', data: { module: module.path, files: [file], callId } }];
  }
  const codeVersion = state.codeVersion + 1;
  const codeHash = sha256(content);
  const earlier = module.attempts.findIndex((attempt) => attempt.codeHash === codeHash);
  if (earlier >= 0) {
    const issue = `The code is the same as in attempt ${earlier + 1}, which the tests refused: write it differently.`;
    return [{ eventType: 'MODEL_ANSWER_REJECTED', data: { callId, issues: [issue] } }];
  }
  const change = { module: module.path, files: [file], codeHash, callId };
  if (signature === 'GenerateModule') return [{ eventType: 'CODE_GENERATED', data: change, codeVersion }];
  const { iteration } = module;
  return [
    { eventType: 'CORRECTION_COMPLETED', data: { ...change, iteration }, codeVersion },
    { eventType: 'MODULE_ITERATION', data: { module: module.path, iteration }, codeVersion },
  ];
}
