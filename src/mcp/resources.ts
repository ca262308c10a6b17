import { type McpServer, ResourceNotFoundError, ResourceTemplate, type Variables } from '@modelcontextprotocol/server';
import type { EventStore } from '../events/index.ts';
import { AppError } from '../kernel/errors.ts';
import { planToMarkdown, TaskNotFoundError, type TasksService } from '../tasks/index.ts';
import { fitting } from './event-output.ts';
import { taskLineOf, taskOutputOf } from './task-output.ts';
import { decoded, fileUri, TASKS_URI, taskUri, uriTemplates } from './task-uris.ts';

interface Services {
  readonly tasks: TasksService;
  readonly events: EventStore;
}

interface Content {
  readonly mimeType: string;
  readonly text: string;
}

const LISTED_TASKS = 50;
const SHOWN_EVENTS = 200;
const JSON_TYPE = 'application/json';

const asJson = (value: unknown): Content => ({ mimeType: JSON_TYPE, text: JSON.stringify(value) });

/** What can be read, and followed, of tasks. Whatever does not exist is a ResourceNotFoundError. */
export function registerResources(
  server: McpServer,
  { tasks, events }: Services,
  refusal: (error: unknown) => Error,
): void {
  const newestIds = async (begin: string) => {
    const page = await tasks.read.list({ limit: 200 });
    return page.tasks.map(({ taskId }) => encodeURIComponent(taskId)).filter((id) => id.startsWith(begin));
  };

  server.registerResource(
    'tasks',
    TASKS_URI,
    { title: 'Tasks', description: `The newest ${LISTED_TASKS} tasks`, mimeType: JSON_TYPE },
    async (uri) => {
      const page = await tasks.read.list({ limit: LISTED_TASKS });
      return contents(uri, [asJson({ tasks: page.tasks.map(taskLineOf) })]);
    },
  );

  const list = async () => {
    const page = await tasks.read.list({ limit: LISTED_TASKS });
    const resources = page.tasks.map((task) => ({
      uri: taskUri(task.taskId),
      name: task.taskId,
      title: taskLineOf(task).prompt,
      description: `A coding task: ${task.status}`,
      mimeType: JSON_TYPE,
    }));
    return { resources };
  };

  const register = (
    name: keyof typeof uriTemplates,
    { title, description, mimeType }: { title: string; description: string; mimeType: string },
    read: (taskId: string, path: string) => Promise<readonly Content[]>,
  ) =>
    server.registerResource(
      name,
      new ResourceTemplate(uriTemplates[name], {
        // Listed are the tasks themselves: what belongs to one is named by its templates.
        list: name === 'task' ? list : undefined,
        complete: { id: newestIds },
      }),
      { title, description, mimeType },
      async (uri, variables) => {
        try {
          return contents(uri, await found(uri, variables, read));
        } catch (error) {
          throw refusal(error);
        }
      },
    );

  register(
    'task',
    { title: 'A task', description: 'How it stands; changes with each of its events', mimeType: JSON_TYPE },
    async (taskId) => [asJson(taskOutputOf(await tasks.read.get(taskId)))],
  );
  register(
    'plan',
    { title: 'The plan of a task', description: 'As Markdown, and with its hash as JSON', mimeType: 'text/markdown' },
    async (taskId) => {
      const { document, planHash, objective, language, modules } = await tasks.read.plan(taskId);
      return [
        { mimeType: 'text/markdown', text: planToMarkdown(document) },
        asJson({ plan_hash: planHash, objective, language, modules }),
      ];
    },
  );
  register(
    'events',
    { title: 'The events of a task', description: `The newest ${SHOWN_EVENTS}, in order`, mimeType: JSON_TYPE },
    async (taskId) => {
      const head = await events.head(taskId);
      if (!head) throw new TaskNotFoundError(taskId);
      const from = Math.max(0, head.streamSequence - SHOWN_EVENTS);
      const page = await events.getEvents(taskId, { afterSequence: from, limit: SHOWN_EVENTS });
      const { shown, last } = fitting(page);
      return [asJson({ events: shown, next_after_sequence: last ?? from })];
    },
  );
  register(
    'files',
    { title: 'The files of a task', description: 'Of the newest code version', mimeType: JSON_TYPE },
    async (taskId) => {
      const { version, files } = await tasks.read.files(taskId);
      return [asJson({ version, files: files.map((file) => ({ ...file, uri: fileUri(taskId, file.path) })) })];
    },
  );
  register(
    'file',
    { title: 'A file of a task', description: 'Of the newest code version, UTF-8', mimeType: 'text/plain' },
    async (taskId, path) => [{ mimeType: 'text/plain', text: (await tasks.read.file(taskId, path)).content }],
  );
}

async function found(
  uri: URL,
  { id, path }: Variables,
  read: (taskId: string, path: string) => Promise<readonly Content[]>,
): Promise<readonly Content[]> {
  const taskId = decoded(id);
  const file = path === undefined ? '' : decoded(path);
  if (taskId === null || file === null) throw new ResourceNotFoundError(uri.href);
  try {
    return await read(taskId, file);
  } catch (error) {
    if (error instanceof AppError && error.kind === 'notFound')
      throw new ResourceNotFoundError(uri.href, error.message);
    throw error;
  }
}

function contents(uri: URL, given: readonly Content[]) {
  return { contents: given.map((content) => ({ uri: uri.href, ...content })) };
}
