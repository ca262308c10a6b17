import { chooseFacts, type Fact, type Knowledge, summarizeEvents, tokenBudgetFor } from '../../context/index.ts';
import type { EventType, StoredEvent } from '../../events/index.ts';
import type { CodingState } from '../coding-state.ts';
import type { BackgroundPart, WindowRoom } from './fit-prompt.ts';
import type { Known } from './live-tasks.ts';
import type { QuestionDraft } from './question-draft.ts';

/** How many events tell what happened last … */
const LAST_EVENTS = 6;
/** … of those that say something of the work itself. */
const telling: ReadonlySet<EventType> = new Set<EventType>([
  'PLAN_EDITED',
  'PLAN_REJECTED',
  'TESTS_WRITTEN',
  'CODE_GENERATED',
  'CORRECTION_COMPLETED',
  'TEST_PASSED',
  'TEST_FAILED',
  'MODULE_COMPLETE',
  'MODEL_ANSWER_REJECTED',
  'BUG_REPORT_RECEIVED',
]);

/**
 * What is known around a question at one moment: where its task stands, and what of its history matters. A question about
 * a file is told of that file and what it builds on, never how far others are that are written at the same time: so the
 * same work gives the same prompt, whatever comes first.
 */
export class Surroundings {
  private readonly events: readonly StoredEvent[];
  private readonly knowledge: Knowledge;

  constructor(
    { events, knowledge }: Known,
    readonly state: CodingState,
  ) {
    this.events = events;
    this.knowledge = knowledge;
  }

  /** A line or two that are always in. */
  standing({ module, signature }: QuestionDraft): BackgroundPart {
    const about = module === null ? null : (this.state.modules.get(module) ?? null);
    const files = this.state.modules.size;
    const changes = this.events.filter(
      (event) =>
        (event.eventType === 'CODE_GENERATED' || event.eventType === 'CORRECTION_COMPLETED') &&
        event.data.module === module,
    );
    const text =
      about === null
        ? `Status: planning. Questions asked so far: ${this.state.questionRounds}.`
        : `Status: ${statusWords[signature] ?? signature}. Files of the plan: ${files}. ` +
          `Version of this file: ${changes.length}. Corrections so far: ${about.iteration}.` +
          (about.dependsOn.length === 0 ? '' : ` It builds on ${about.dependsOn.join(', ')}, which are complete.`);
    const why = 'where the work stands';
    return { name: 'state', title: 'Where the work stands', layer: 'state', text, priority: 'CRITICAL', why };
  }

  /**
   * What holds by now and the prompt does not say anyway, best first; `shows`: whether it shows a file whole. They tell of
   * errors and of what is built on, and take the room for both.
   */
  facts(draft: QuestionDraft, room: WindowRoom, shows: (path: string) => boolean): readonly BackgroundPart[] {
    const symbols = draft.module === null ? [] : [draft.module];
    const text = draft.parts.filter(({ priority }) => priority === 'CRITICAL').map((part) => part.text);
    const focus = { symbols, text: text.join('\n').slice(0, MAX_FOCUS_CHARACTERS) };
    const { counter } = room;
    const { recentErrors, dependencies } = tokenBudgetFor(room).context;
    const told = this.toldAnyway(draft, shows);
    const facts = chooseFacts({ ...this.knowledge, facts: this.knowledge.facts.filter((fact) => !told(fact)) }, focus, {
      budgetTokens: recentErrors + dependencies,
      countTokens: (each) => counter.count(each),
    });
    return facts.map((fact) => ({
      name: fact.key,
      title: 'What is known by now',
      layer: 'history',
      text: `- ${fact.text}`,
      priority: fact.kind === 'contract' ? 'MEDIUM' : 'HIGH',
      why: `${fact.kind}, from event ${fact.sequence}`,
    }));
  }

  /** The newest events in a line each, worth little but to see what was tried. */
  lastEvents(): readonly BackgroundPart[] {
    const last = this.events.filter(({ eventType }) => telling.has(eventType)).slice(-LAST_EVENTS);
    if (last.length === 0) return [];
    // Numbers of events say nothing here, and differ with what others do meanwhile.
    const text = summarizeEvents(last, { recentEvents: 0 })
      .older.map((line) => line.replace(/^#\d+ /, ''))
      .join('\n');
    const why = 'what was done and came of it';
    return [{ name: 'last events', title: 'What happened last', layer: 'history', text, priority: 'LOW', why }];
  }

  private toldAnyway(draft: QuestionDraft, shows: (path: string) => boolean): (fact: Fact) => boolean {
    const { modules } = this.state;
    const failure = draft.module === null ? null : (modules.get(draft.module)?.failure ?? null);
    const failing = new Set(failure?.results.map(({ name }) => `error ${draft.module} ${name}`));
    return ({ kind, key, owner }) => {
      const path = owner.split('#')[0] ?? '';
      // Task, objective and guidance are parts of the question, and so are its own file and what fails now.
      if (kind === 'requirement') return path === '' || path === draft.module || draft.module === null || shows(path);
      return failing.has(key) || (kind === 'contract' && (path === draft.module || shows(path)));
    };
  }
}

const statusWords: Readonly<Record<string, string>> = {
  WriteTests: 'its tests are to be written',
  GenerateModule: 'its code is to be written',
  CorrectModule: 'its tests fail',
};

/** Words beyond these add nothing to what a question is about. */
const MAX_FOCUS_CHARACTERS = 20_000;
