import { z } from 'zod';
import type { EventType } from '../../events/index.ts';
import { TaskNotFoundError } from '../../tasks/index.ts';
import { eventOutput, fitting } from '../event-output.ts';
import { taskId, text, waitMs, wholeNumber } from '../fields.ts';
import { fileUri } from '../task-uris.ts';
import { type DefinedTool, defineTool } from '../tool.ts';
import { waitForTask } from '../wait-for-task.ts';
import type { ToolServices } from './tool-services.ts';

const reads = { readOnlyHint: true, idempotentHint: true, openWorldHint: false };

/** Characters of file contents that go into one answer. */
const MAX_CONTENT = 256 * 1024;

/** Reading what has happened in a task and what has come of it. */
export function lookingTools(services: ToolServices): readonly DefinedTool[] {
  const { tasks, events } = services;
  return [
    defineTool({
      name: 'list_events',
      title: 'Read the events of a task',
      description:
        'Everything that happened to a task, in order, page by page. With wait_ms it waits for events where there are none after after_sequence.',
      role: ['viewer'],
      annotations: reads,
      input: z.strictObject({
        task_id: taskId('The task; or the message_id of a message'),
        after_sequence: wholeNumber('Only events after this one', 0).default(0),
        limit: wholeNumber('Events of a page', 1, 200).default(50),
        types: z
          .array(text('A type', { max: 64 }))
          .max(64)
          .describe('Only these, such as TEST_FAILED. Default: all')
          .optional(),
        wait_ms: waitMs('How long to wait for an event, in milliseconds').default(0),
      }),
      output: z.object({
        events: z.array(eventOutput),
        next_after_sequence: z.int().describe('Give it as after_sequence for what comes after'),
        is_end: z.boolean().describe('Whether these were the newest'),
      }),
      run: async ({ task_id, after_sequence, limit, types, wait_ms }, { signal }) => {
        const head = await events.head(task_id);
        if (!head) throw new TaskNotFoundError(task_id);
        if (wait_ms > 0 && head.streamSequence <= after_sequence) {
          await waitForTask(services, task_id, {
            until: ({ sequence }) => sequence > after_sequence,
            waitMs: wait_ms,
            signal,
          });
        }
        // Types nobody knows match nothing, so any word may be asked for.
        const wanted = types === undefined ? {} : { types: types as readonly EventType[] };
        const page = await events.getEvents(task_id, { afterSequence: after_sequence, limit: limit + 1, ...wanted });
        const { shown, last } = fitting(page.slice(0, limit));
        const isEnd = shown.length === page.length;
        return {
          data: { events: shown, next_after_sequence: last ?? after_sequence, is_end: isEnd },
          said: `${shown.length} events.`,
          next: isEnd
            ? 'list_events with next_after_sequence as after_sequence and a wait_ms waits for the next.'
            : 'There are more: give next_after_sequence as after_sequence.',
        };
      },
    }),

    defineTool({
      name: 'get_task_files',
      title: 'Read the files of a task',
      description:
        'The files of the workspace at a code version, and the content of those in paths. Nothing of it has to be run: the tests have run already.',
      role: ['viewer'],
      annotations: reads,
      input: z.strictObject({
        task_id: taskId(),
        version: wholeNumber('Code version. Default: the newest', 0).optional(),
        paths: z
          .array(text('A path', { max: 1024 }))
          .max(100)
          .describe('Files whose content is wanted')
          .default([]),
      }),
      output: z.object({
        version: z.int(),
        files: z.array(
          z.object({
            path: z.string(),
            size: z.int(),
            sha256: z.string(),
            role: z.enum(['source', 'test', 'regression', 'fixture']),
            uri: z.string(),
          }),
        ),
        contents: z.array(
          z.object({
            path: z.string(),
            content: z.string().nullable().describe('null: too long for one answer; read its uri'),
          }),
        ),
      }),
      run: async ({ task_id, version, paths }) => {
        const listed = await tasks.read.files(task_id, version);
        const contents: { path: string; content: string | null }[] = [];
        let room = MAX_CONTENT;
        for (const path of new Set(paths)) {
          const { content } = await tasks.read.file(task_id, path, listed.version);
          const fits = content.length <= room;
          if (fits) room -= content.length;
          contents.push({ path, content: fits ? content : null });
        }
        return {
          data: {
            version: listed.version,
            files: listed.files.map(({ path, size, sha256, role }) => {
              return { path, size, sha256, role, uri: fileUri(task_id, path) };
            }),
            contents,
          },
          said: `${listed.files.length} files at code version ${listed.version}.`,
          next: paths.length === 0 ? 'Give "paths" for their content.' : 'explain says why a line is as it is.',
        };
      },
    }),
  ];
}
