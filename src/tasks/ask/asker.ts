import { type CachePriority, CodeIndex, type OfflineCache } from '../../context/index.ts';
import type { EventStore } from '../../events/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { Json } from '../../kernel/json.ts';
import {
  type Brain,
  estimateTokens,
  estimatingCounter,
  type ModelCatalogue,
  type ModelDescription,
  promptHash,
  PromptTooLargeError,
  routeModel,
  tokenCounterFor,
  WINDOW_SHARE,
} from '../../llm/index.ts';
import type { Question } from '../coding-decide.ts';
import type { CodingState } from '../coding-state.ts';
import { basisOf } from '../stale-basis.ts';
import type { ManifestEntry, ModelCallRequest } from '../tasks.events.ts';
import { shortenQuestion } from './code-parts.ts';
import {
  type BackgroundPart,
  criticalTokens,
  type FittedPrompt,
  fitPrompt,
  type PromptRoom,
  type WindowRoom,
} from './fit-prompt.ts';
import { LiveTasks, type Moment } from './live-tasks.ts';
import { draftQuestion, type QuestionDraft } from './question-draft.ts';
import { recall, type Recalled, recalledName, recalledParts } from './recall.ts';
import { Surroundings } from './surroundings.ts';
import type { SystemPrompts } from './system-prompts.ts';

export interface AskerTools {
  readonly brain: Brain;
  readonly events: EventStore;
  /** What earlier tasks have taught. */
  readonly knowledge: Pick<OfflineCache, 'search'>;
  readonly systemPrompts: SystemPrompts;
  readonly catalogue: ModelCatalogue;
  /** Tokens kept free for an answer. */
  readonly answerTokens: number;
  /** What whoever answers instead of a model is told at most, the answer included. */
  readonly delegatedTokens: number;
}

/** How a model counts, and what it is told first. */
type Voice = Pick<PromptRoom, 'counter' | 'instructions'>;

/** Who is asked, and how much there is room for. */
interface Seat extends WindowRoom {
  readonly model: string | null;
  readonly passedOver: ModelCallRequest['passedOver'];
}

/** Puts the questions of a task into prompts: what the model must know, within its window, and what of it went in. */
export class Asker {
  private readonly code = new CodeIndex();
  /** What its questions are made from. */
  readonly live: LiveTasks;

  constructor(private readonly tools: AskerTools) {
    this.live = new LiveTasks(tools.events);
  }

  /**
   * The request for a call: the model, or a larger one where its window is too small, and the prompt for it. Rejects
   * with PromptTooLargeError when what must be told fits none.
   */
  async ask(moment: Moment, question: Question): Promise<ModelCallRequest> {
    const { state, sequence } = moment;
    const draft = draftQuestion(state, question);
    this.refuseHopeless(state, draft);
    const [surroundings, recalled] = await Promise.all([
      this.surroundingsAt(moment, draft.module, 'HIGH'),
      recall(this.tools.knowledge, draft, state),
    ]);
    const seat = await this.seatFor(state, draft, question.signature, [surroundings.standing(draft)]);
    const { prompt, tokens, manifest, has } = await this.compose(draft, surroundings, recalled, seat);
    const told = recalled.filter((each) => has(recalledName(each)));
    const { model, contextTokens, promptTokens, passedOver } = seat;
    return {
      callId: newId(),
      signature: draft.signature,
      role: draft.role,
      module: draft.module,
      model,
      messages: prompt.messages,
      answerSchema: prompt.answerSchema as Readonly<Record<string, Json>>,
      promptHash: promptHash(prompt),
      manifest,
      tokens,
      room: { contextTokens, promptTokens },
      asOf: sequence,
      ...(told.length > 0 ? { recalled: told } : {}),
      ...(passedOver?.length ? { passedOver } : {}),
      ...(draft.module === null ? {} : { basis: basisOf(state, draft.module) }),
    };
  }

  /** What is beyond every window by its length alone is not even counted: megabytes would take minutes. */
  private refuseHopeless(state: CodingState, draft: QuestionDraft): void {
    const { brain, catalogue, answerTokens, delegatedTokens } = this.tools;
    const name = brain.modelFor(draft.role, state.created?.models[draft.role])?.model;
    const models = name === undefined ? [] : [catalogue.describe(name)];
    const windows = models.flatMap((model) =>
      [model, ...catalogue.largerThan(model)].map((each) => each.contextTokens),
    );
    const contextTokens = Math.max(delegatedTokens, ...windows);
    const said = [
      ...state.guidance,
      ...draft.parts.filter(({ priority }) => priority === 'CRITICAL').map((part) => part.text),
    ];
    const criticalTokens = Math.ceil(said.reduce((sum, text) => sum + text.length, 0) / MOST_CHARACTERS_PER_TOKEN);
    if (criticalTokens <= contextTokens) return;
    throw new PromptTooLargeError(name ?? 'whoever answers', {
      criticalTokens,
      answerTokens,
      contextTokens,
      passedOver: [],
    });
  }

  /**
   * The messages that a recorded request would have today, made from the state it was made from, for the same model and
   * room. Null where that cannot be told: the question is no longer one, or an old log does not say enough.
   */
  async askAgain(moment: Moment, request: ModelCallRequest): Promise<ModelCallRequest['messages'] | null> {
    const question = questionOf(request);
    if (question === null || request.room === undefined) return null;
    const { state } = moment;
    if (question.signature !== 'PlanTask' && !state.modules.has(question.module)) return null;
    const { model, room } = request;
    const counter = model === null ? estimatingCounter : await tokenCounterFor(this.tools.catalogue.describe(model));
    const draft = draftQuestion(state, question);
    const surroundings = await this.surroundingsAt(moment, draft.module, 'LOW');
    const recalled = request.recalled ?? [];
    const instructions = await this.tools.systemPrompts.of(question.signature, model);
    const { prompt } = await this.compose(draft, surroundings, recalled, { counter, instructions, ...room });
    return prompt.messages;
  }

  private async surroundingsAt(moment: Moment, module: string | null, priority: CachePriority): Promise<Surroundings> {
    return new Surroundings(await this.live.knownAt(moment, module, priority), moment.state);
  }

  /**
   * All files whole where they fit; else those that are needed whole, and of the others the lines that matter. What the
   * prompt does not show is told by facts.
   */
  private async compose(
    draft: QuestionDraft,
    surroundings: Surroundings,
    recalled: readonly Recalled[],
    room: WindowRoom,
  ): Promise<FittedPrompt> {
    const standing = surroundings.standing(draft);
    const shown = fitPrompt(draft, [standing], room);
    const facts = surroundings.facts(draft, room, shown.has);
    const background = [standing, ...facts, ...recalledParts(recalled), ...surroundings.lastEvents()];
    const whole = fitPrompt(draft, background, room);
    const shorter = await shortenQuestion(this.code, surroundings.state, { draft, background, room, whole });
    if (!shorter) return whole;
    const fitted = fitPrompt(shorter.draft, [...background, ...shorter.excerpts], room);
    return { ...fitted, manifest: [...fitted.manifest, ...leftOut(shorter.left, room)] };
  }

  private async seatFor(
    state: CodingState,
    draft: QuestionDraft,
    signature: Question['signature'],
    background: readonly BackgroundPart[],
  ): Promise<Seat> {
    const { brain, catalogue, answerTokens, delegatedTokens, systemPrompts } = this.tools;
    const name = brain.modelFor(draft.role, state.created?.models[draft.role])?.model;
    if (name === undefined) {
      const promptTokens = delegatedTokens - answerTokens;
      const instructions = await systemPrompts.of(signature, null);
      const counter = estimatingCounter;
      return { model: null, contextTokens: delegatedTokens, promptTokens, counter, instructions, passedOver: [] };
    }
    const model = catalogue.describe(name);
    const voiceOf = async (each: ModelDescription): Promise<Voice> => ({
      counter: await tokenCounterFor(each),
      instructions: await systemPrompts.of(signature, each.name),
    });
    const own = await voiceOf(model);
    const voices = new Map([[model.name, own]]);
    const needFor = (each: ModelDescription) => {
      const voice = voices.get(each.name) ?? { ...own, counter: estimatingCounter };
      const needed = criticalTokens(draft, background, { ...voice, promptTokens: each.contextTokens - answerTokens });
      return { neededTokens: needed, criticalTokens: needed };
    };
    // The tokenizers of larger models are loaded only where one is needed.
    if (needFor(model).neededTokens + answerTokens > model.contextTokens * WINDOW_SHARE) {
      for (const sibling of catalogue.largerThan(model)) {
        if (await brain.offers(sibling.name)) voices.set(sibling.name, await voiceOf(sibling));
      }
    }
    const isAvailable = (sibling: string) => voices.has(sibling);
    const route = routeModel({ model, catalogue, needFor, answerTokens, isAvailable });
    const { promptTokens, passedOver } = route;
    const { name: routed, contextTokens } = route.model;
    return { ...(voices.get(routed) ?? own), model: routed, contextTokens, promptTokens, passedOver };
  }
}

function questionOf({ signature, module }: ModelCallRequest): Question | null {
  if (signature === 'PlanTask') return { signature };
  const isKnown = signature === 'WriteTests' || signature === 'GenerateModule' || signature === 'CorrectModule';
  return isKnown && module !== null ? { signature, module } : null;
}

const MOST_LEFT_OUT = 50;
/** No real text has more characters a token. */
const MOST_CHARACTERS_PER_TOKEN = 16;

/** The files that are shown in parts or not at all; of many the rest in one line. */
function leftOut(parts: QuestionDraft['parts'], { counter }: PromptRoom): readonly ManifestEntry[] {
  const entries = parts.slice(0, MOST_LEFT_OUT).map(({ name, text, priority, why }): ManifestEntry => {
    const tokens = counter.count(text);
    return {
      part: name,
      layer: 'event',
      level: priority,
      tokens,
      why: `${why}: no room for all of it`,
      included: false,
    };
  });
  const more = parts.slice(MOST_LEFT_OUT);
  if (more.length === 0) return entries;
  const tokens = more.reduce((sum, { text }) => sum + estimateTokens(text), 0);
  const part = `${more.length} more files`;
  return [...entries, { part, layer: 'event', level: 'LOW', tokens, why: 'no room for all of them', included: false }];
}
