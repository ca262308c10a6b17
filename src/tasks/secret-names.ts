import type { ExecutionPlan } from '../events/index.ts';
import { InvalidInputError, type Issue } from '../kernel/errors.ts';
import type { Redactor } from '../kernel/redactor.ts';
import type { NewTask } from './new-task.ts';

/**
 * Refuses a task whose id, submitter or paths hold a secret: in an id it is not redacted, and the others would no longer
 * be the same. Throws InvalidInputError that names the fields.
 */
export function refuseSecretNames(
  task: Pick<NewTask, 'files' | 'modules'> & {
    readonly plan?: ExecutionPlan | undefined;
    readonly taskId?: string | undefined;
    readonly submitter?: string | undefined;
  },
  redactor: Redactor,
): void {
  const names: (readonly [string, string | undefined])[] = [
    ['taskId', task.taskId],
    ['submitter', task.submitter],
    ...(task.files ?? []).map(({ path }, index) => [`files[${index}].path`, path] as const),
    ...planPaths(task.plan),
    ...(task.modules ?? []).map(({ path }, index) => [`modules[${index}].path`, path] as const),
  ];
  const issues = names.flatMap(([path, name]): readonly Issue[] =>
    name !== undefined && redactor.holdsSecret(name)
      ? [{ path, message: 'holds what looks like a key, or a configured secret: choose another name' }]
      : [],
  );
  if (issues.length > 0) throw new InvalidInputError(issues);
}

function planPaths(plan: ExecutionPlan | undefined): readonly (readonly [string, string])[] {
  return (plan?.agents ?? []).flatMap(({ tasks }, agent) =>
    tasks.flatMap(({ files }, task) =>
      files.map((path, file) => [`plan.agents[${agent}].tasks[${task}].files[${file}]`, path] as const),
    ),
  );
}
