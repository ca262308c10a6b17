import {
  type ClientCapabilities,
  MissingRequiredClientCapabilityError,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { taskId } from './fields.ts';

/** SEP-2663: a call may be answered with a handle, which the client asks about until the result is there. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

export type Fields = Readonly<Record<string, unknown>>;

/** What can be asked about by its handle. All reject with an AppError where there is no such task. */
export interface ProtocolTasks {
  /** How it stands, in the words of the extension, with its result or what it asks of the client. */
  get(id: string, client: { readonly canElicit: boolean }): Promise<Fields>;
  /** Takes what the client's user has said. What is not asked (any more) is ignored. Safe to repeat. */
  update(id: string, inputResponses: Fields, by: string): Promise<void>;
  /** Safe to repeat, also when it is over. */
  cancel(id: string, by: string): Promise<void>;
}

export function declaresTasks(capabilities: ClientCapabilities | undefined): boolean {
  return capabilities?.extensions?.[TASKS_EXTENSION] !== undefined;
}

const ofTask = { params: z.looseObject({ taskId: taskId() }) };
const ofTaskWithInput = {
  params: z.looseObject({ taskId: taskId(), inputResponses: z.record(z.string(), z.unknown()).optional() }),
};
const done = { resultType: 'complete' };

/** Has something said in the name of whoever sent the request. */
export type Saying = (context: ServerContext, say: (by: string) => Promise<void>) => Promise<void>;

/** Serves tasks/get, tasks/update and tasks/cancel to clients that declare the extension with the request itself. */
export function serveProtocolTasks(
  server: Server,
  tasks: ProtocolTasks,
  saying: Saying,
  refusal: (error: unknown) => Error,
): void {
  const declared = async (serve: () => Promise<Fields>): Promise<Fields> => {
    if (!declaresTasks(server.getClientCapabilities())) {
      const requiredCapabilities = { extensions: { [TASKS_EXTENSION]: {} } };
      throw new MissingRequiredClientCapabilityError({ requiredCapabilities });
    }
    try {
      return await serve();
    } catch (error) {
      throw refusal(error);
    }
  };

  server.setRequestHandler('tasks/get', ofTask, ({ taskId: id }) =>
    declared(async () => {
      const canElicit = server.getClientCapabilities()?.elicitation !== undefined;
      return { ...done, ...(await tasks.get(id, { canElicit })) };
    }),
  );
  server.setRequestHandler('tasks/update', ofTaskWithInput, ({ taskId: id, ...given }, context) =>
    declared(async () => {
      // The library takes them out of the parameters, as for calls that are repeated with more.
      const inputResponses = given.inputResponses ?? context.mcpReq.inputResponses ?? {};
      await saying(context, (by) => tasks.update(id, inputResponses, by));
      return done;
    }),
  );
  server.setRequestHandler('tasks/cancel', ofTask, ({ taskId: id }, context) =>
    declared(async () => {
      await saying(context, (by) => tasks.cancel(id, by));
      return done;
    }),
  );
}
