import type { RunStep } from '../agents/local-agent.ts';
import type { AgentMessage } from '../protocol/agent-message.ts';
import type { ToDo } from '../graph/to-do.ts';
import type { ExecutorRegistry } from './executor-registry.ts';

/** Does assigned steps with the executors of the server. */
export function runStep(executors: ExecutorRegistry): RunStep {
  return (message, signal) => executors.execute(stepOf(message), { signal, jobId: message.context.jobId ?? undefined });
}

/** The step as it was assigned: what it waited for, and who approved it, is behind it. */
function stepOf({ payload, context }: AgentMessage<'assign'>): ToDo {
  const { action, selector = null, text = null, params, timeoutMs = null } = payload;
  const id = context.stepId ?? action;
  const behind = { dependsOn: [], retries: null, approvals: 0, capabilities: [] };
  return { id, action, selector, text, params, timeoutMs, ...behind };
}
