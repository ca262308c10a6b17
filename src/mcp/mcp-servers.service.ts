import { readFileSync } from 'node:fs';
import { type McpRequestContext, McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Broker } from '../broker/index.ts';
import { EventStore } from '../events/index.ts';
import { Approvals, Jobs } from '../jobs/index.ts';
import { actingAs } from '../kernel/acting.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { Redactor } from '../kernel/redactor.ts';
import { actorOf, personOf } from '../policy/index.ts';
import { SteeringService, TaskContexts, TasksService, WorkItemsService } from '../tasks/index.ts';
import { CodingHandles } from './coding-handles.ts';
import { instructions } from './instructions.ts';
import { registerPrompts } from './prompts.ts';
import { protocolErrorOf } from './protocol-error.ts';
import {
  declaresTasks,
  type ProtocolTasks,
  type Saying,
  serveProtocolTasks,
  TASKS_EXTENSION,
} from './protocol-tasks.ts';
import { registerResources } from './resources.ts';
import type { DefinedTool, Serve, ToolCall } from './tool.ts';
import { type Sender, senderOf } from './sender.ts';
import { failureOf, resultOf } from './tool-result.ts';
import { toolsOf } from './tools/all-tools.ts';

/** More for servers to have than Taskloom's own. */
export interface Extension {
  /** Puts further tools, resources or prompts on a server. */
  readonly register: (server: McpServer) => void;
  /** Reads the state that its tools have handed out in an answer that asks for more; throws where it is not theirs. */
  readonly verifyState: (state: string, context: ServerContext) => Promise<unknown>;
  /** Finds the tasks that its tools have handed out handles of, and in `others` those of Taskloom's own. */
  readonly tasksBefore: (others: ProtocolTasks) => ProtocolTasks;
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const MAX_NAME = 100;
/** Array elements and object members of one call's arguments: what is beyond is no input that anybody has typed. */
const MAX_INPUT_ELEMENTS = 100_000;

/** Makes the server of a request (2026-07-28) or a session (2025-11-25): they all work on the same services and log. */
@Injectable()
export class McpServers implements OnModuleDestroy {
  readonly tools: readonly DefinedTool[];
  private extension: Extension | null = null;
  private readonly leaving = new AbortController();
  private readonly logger = new Logger('Mcp');

  constructor(
    private readonly tasks: TasksService,
    private readonly steering: SteeringService,
    items: WorkItemsService,
    contexts: TaskContexts,
    jobs: Jobs,
    approvals: Approvals,
    broker: Broker,
    private readonly events: EventStore,
    private readonly redactor: Redactor,
    @Inject(CONFIGURATION) configuration: Configuration,
  ) {
    this.tools = toolsOf({ tasks, steering, items, contexts, jobs, approvals, broker, events, configuration });
  }

  /** For every server made from now on. Meant for tests that need more than there is. */
  extend(extension: Extension): void {
    this.extension = extension;
  }

  create({ era }: Pick<McpRequestContext, 'era'>): McpServer {
    const isModern = era === 'modern';
    const server = new McpServer(
      { name: 'taskloom', title: 'Taskloom', version },
      {
        instructions,
        maxToolInputElements: MAX_INPUT_ELEMENTS,
        requestState: { verify: (state, context) => this.verifyState(state, context) },
        capabilities: {
          tools: { listChanged: false },
          prompts: { listChanged: false },
          resources: { listChanged: true, subscribe: true },
          completions: {},
          ...(isModern ? { extensions: { [TASKS_EXTENSION]: {} } } : {}),
        },
      },
    );
    const serve = this.serveOn(server, isModern);
    for (const tool of this.tools) tool.register(server, serve);
    registerResources(server, { tasks: this.tasks, events: this.events }, (error) => this.refusal(error));
    registerPrompts(server, this.tasks, (error) => this.refusal(error));
    if (isModern) this.serveProtocolTasks(server);
    this.extension?.register(server);
    return server;
  }

  private serveProtocolTasks(server: McpServer): void {
    const { tasks, steering, events } = this;
    const own = new CodingHandles({ tasks, steering, events });
    const saying: Saying = ({ http }, say) => {
      const sender = senderOf(http?.authInfo);
      return inNameOf(sender, () => say(nameOf(server, sender)));
    };
    const handles = this.extension?.tasksBefore(own) ?? own;
    serveProtocolTasks(server.server, handles, saying, (error) => this.refusal(error));
  }

  onModuleDestroy(): void {
    this.leaving.abort();
  }

  /** Taskloom's own tools hand out no state: what comes as such is forged. */
  private verifyState(state: string, context: ServerContext): Promise<unknown> {
    return this.extension?.verifyState(state, context) ?? Promise.reject(new Error('No state was handed out.'));
  }

  private refusal(error: unknown): Error {
    return protocolErrorOf(error, (inside) => this.report(inside));
  }

  private report(error: unknown): void {
    this.logger.error({ err: error }, 'A request failed');
  }

  private serveOn(server: McpServer, isModern: boolean): Serve {
    return async (run, context) => {
      try {
        const sender = senderOf(context.http?.authInfo);
        const call = this.callOf(server, context, sender, isModern);
        return resultOf(await inNameOf(sender, () => run(call)));
      } catch (error) {
        const failure = failureOf(error, this.redactor);
        if (failure) return failure;
        throw this.refusal(error);
      }
    };
  }

  private callOf(server: McpServer, context: ServerContext, sender: Sender, isModern: boolean): ToolCall {
    const { mcpReq } = context;
    const progressToken = mcpReq._meta?.progressToken;
    return {
      by: nameOf(server, sender),
      personOf: (said) => personOf(sender.principal, said ?? nameOf(server, sender)),
      scope: scopeOf(sender),
      signal: AbortSignal.any([mcpReq.signal, sender.gone, this.leaving.signal]),
      takesTasks: isModern && declaresTasks(server.server.getClientCapabilities()),
      progress:
        progressToken === undefined
          ? null
          : (progress, message) =>
              void mcpReq
                .notify({ method: 'notifications/progress', params: { progressToken, progress, message } })
                // Whoever does not hear of progress will hear of the outcome.
                .catch(() => undefined),
    };
  }
}

/** So that the events that come of it tell who it was. */
function inNameOf<T>({ principal, correlationId }: Sender, work: () => Promise<T>): Promise<T> {
  return actingAs(actorOf(principal, 'mcp', correlationId), work);
}

function scopeOf({ principal: { by, keyId, name } }: Sender): string {
  return `mcp ${by} ${keyId ?? name}`;
}

/** The name of the key; where none is needed the client's own word for itself, in a form that can be recorded. */
function nameOf({ server }: McpServer, { principal }: Sender): string {
  const name = server.getClientVersion()?.name.trim() ?? '';
  const clean = name.isWellFormed() ? name.replace(/\p{Cc}/gu, '').slice(0, MAX_NAME) : '';
  return personOf(principal, clean === '' ? 'mcp' : clean);
}
