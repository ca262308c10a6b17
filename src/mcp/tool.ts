import type { CallToolResult, McpServer, ToolAnnotations } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import type { NeededRoles } from '../policy/index.ts';
import { memoised } from './memoised-schema.ts';

/** What a tool knows of the call beside its input. */
export interface ToolCall {
  /** The name of the caller's key or, where none is needed, of its client: it is recorded with what it does. */
  readonly by: string;
  /** The same, where the caller says who speaks through it: a key comes before that. */
  readonly personOf: (said: string | undefined) => string;
  /** Tells callers apart: what one of them names, such as a key of a request, is another's in another's mouth. */
  readonly scope: string;
  /** Aborted when nobody waits for the answer any more. What a tool has begun stays begun. */
  readonly signal: AbortSignal;
  /** Whether the client can be handed a protocol task instead of an answer. */
  readonly takesTasks: boolean;
  /** Tells the client how far it is; null where the client asked for no progress. */
  readonly progress: ((done: number, message: string) => void) | null;
}

export interface ToolAnswer<Output> {
  readonly data: Output;
  /** What has come of it, in one sentence. */
  readonly said: string;
  /** What to do next, in one sentence. */
  readonly next: string;
  /** Where the answer is a handle of the tasks extension: its fields. */
  readonly handle?: Readonly<Record<string, unknown>>;
}

export interface Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What a caller must at least be; of several any one is enough. */
  readonly role: NeededRoles;
  readonly annotations: ToolAnnotations;
  readonly input: Input;
  readonly output: Output;
  /** Rejects with an AppError where it cannot be done; then nothing was done. */
  readonly run: (input: z.output<Input>, call: ToolCall) => Promise<ToolAnswer<z.input<Output>>>;
}

/** Runs a tool's work for one request and makes a result of what it answers or throws. */
export type Serve = (
  run: (call: ToolCall) => Promise<ToolAnswer<Readonly<Record<string, unknown>>>>,
  context: Parameters<Parameters<McpServer['registerTool']>[2]>[1],
) => Promise<CallToolResult>;

/** A tool whose types are settled: what is listed in docs, and put on servers. */
export interface DefinedTool extends Omit<Tool, 'run' | 'input' | 'output'> {
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  readonly register: (server: McpServer, serve: Serve) => void;
}

export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Tool<Input, Output>,
): DefinedTool {
  const { name, title, description, role, annotations, input, output, run } = tool;
  const inputSchema = memoised(input);
  const outputSchema = memoised(output);
  return {
    ...{ name, title, description, role, annotations, input, output },
    register: (server, serve) =>
      server.registerTool(name, { title, description, annotations, inputSchema, outputSchema }, (given, context) =>
        serve((call) => run(given, call), context),
      ),
  };
}
