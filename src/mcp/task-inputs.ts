import type { EventStore } from '../events/index.ts';
import type { SteeringService, TasksService, TaskView } from '../tasks/index.ts';

/** A form that a client shows to its user, as the protocol writes it. */
export interface FormRequest {
  readonly method: 'elicitation/create';
  readonly params: {
    readonly mode: 'form';
    readonly message: string;
    readonly requestedSchema: {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, object>>;
      readonly required: readonly string[];
    };
  };
}

/** What a task asks of people. The key names the question itself: it is never used for another one of the task. */
export interface OpenInput {
  readonly key: string;
  readonly request: FormRequest;
  /** Takes what the user has said; false: nothing usable, and the question stays open. */
  readonly take: (response: unknown, by: string) => Promise<boolean>;
}

interface Services {
  readonly tasks: TasksService;
  readonly steering: SteeringService;
  readonly events: EventStore;
}

/** The question that a task waits for people to answer, or null. */
export async function openInput(services: Services, task: TaskView): Promise<OpenInput | null> {
  if (task.status === 'awaitingAnswers') return questionsOf(services, task);
  if (task.status === 'awaitingApproval') return approvalOf(services, task);
  return null;
}

async function questionsOf({ events, steering }: Services, { taskId, questions }: TaskView): Promise<OpenInput> {
  const [asked] = await events.getEvents(taskId, { types: ['QUESTIONS_ASKED'], direction: 'backwards', limit: 1 });
  const names = questions.map((_question, index) => `answer_${index + 1}`);
  const properties = questions.map((question, index) => [names[index], { type: 'string', description: question }]);
  return {
    key: `questions-${asked?.streamSequence ?? 0}`,
    request: form('The plan needs your answers.', Object.fromEntries(properties) as Record<string, object>, names),
    take: async (response, by) => {
      const content = accepted(response);
      const answers = names.map((name) => content?.[name]);
      if (!answers.every((answer) => typeof answer === 'string')) return false;
      await steering.answer(taskId, { answers, by });
      return true;
    },
  };
}

async function approvalOf({ tasks, steering }: Services, { taskId }: TaskView): Promise<OpenInput> {
  const { planHash, objective, modules } = await tasks.read.plan(taskId);
  const parts = modules.map(({ path, description }) => `- ${path}: ${description}`);
  const properties = {
    approve: { type: 'boolean', description: 'Build it as planned?' },
    reason: { type: 'string', description: 'If not: what is to be different' },
  };
  return {
    key: `plan-${planHash}`,
    request: form(['A plan waits for your approval.', objective, ...parts].join('\n'), properties, ['approve']),
    take: async (response, by) => {
      const { approve, reason } = accepted(response) ?? {};
      if (typeof approve !== 'boolean') return false;
      if (approve) await steering.approvePlan(taskId, { planHash, by });
      else await steering.rejectPlan(taskId, { planHash, by, reason: textOr(reason, 'It was not approved.') });
      return true;
    },
  };
}

function form(message: string, properties: Readonly<Record<string, object>>, required: readonly string[]): FormRequest {
  const requestedSchema = { type: 'object', properties, required } as const;
  return { method: 'elicitation/create', params: { mode: 'form', message, requestedSchema } };
}

/** What the user has filled in; null where they declined, or the client sent something else. */
function accepted(response: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof response !== 'object' || response === null) return null;
  if (!('action' in response) || response.action !== 'accept' || !('content' in response)) return null;
  const { content } = response;
  return typeof content === 'object' && content !== null ? { ...content } : null;
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' && value.trim() !== '' ? value : fallback;
}
