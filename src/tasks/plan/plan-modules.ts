import type { ExecutionPlan, Plan, PlannedModule, PlannedTask, PlannedTestCase } from '../../events/index.ts';
import { isTestFile } from './file-kinds.ts';

/** The plan that the workflow carries out, with the document that it stands in. Same document, same plan. */
export function planOf(document: ExecutionPlan): Plan {
  const { language, overview } = document;
  return { objective: overview.objective, language, modules: planModules(document), document };
}

/**
 * One module for each source file of each task, in order. It needs the source files of the tasks that its own depends
 * on, and those before it in its task. Its description is all that its executor is told of the plan: its own task.
 */
export function planModules({ agents }: ExecutionPlan): readonly PlannedModule[] {
  const tasks = agents.flatMap((agent) => agent.tasks);
  const sources = new Map(tasks.map((task) => [task.name, sourceFilesOf(task)]));
  return tasks.flatMap((task) => {
    const needed = [...new Set(task.dependencies.flatMap((name) => sources.get(name) ?? []))];
    const own = sourceFilesOf(task);
    return own.map((path, index): PlannedModule => {
      const isLast = index === own.length - 1;
      const testCases = isLast ? testCasesOf(task) : [`${path} does its part of: ${summaryOf(task)}`];
      return {
        path,
        description: descriptionOf(task, path),
        dependsOn: [...needed, ...own.slice(0, index)],
        ...(testCases.length > 0 ? { testCases } : {}),
      };
    });
  });
}

/** Files of a task that a model is asked to write; tests are written from the test cases, beside the source. */
export function sourceFilesOf({ files }: PlannedTask): readonly string[] {
  return files.filter((path) => !isTestFile(path));
}

/** A test case as a sentence. */
export function testSentence({ name, expectation }: PlannedTestCase): string {
  return name && expectation ? `${name}: ${expectation}` : name || expectation;
}

/** What is to be shown where the plan has no test cases: what it is to be accepted by. */
function testCasesOf({ testCases, acceptanceCriteria }: PlannedTask): readonly string[] {
  return testCases.length > 0 ? testCases.map(testSentence) : acceptanceCriteria;
}

function summaryOf({ name, description }: PlannedTask): string {
  return description || name;
}

function descriptionOf(task: PlannedTask, path: string): string {
  const { name, description, acceptanceCriteria, files, configuration, codeExample } = task;
  const parts = [
    // A name that is only the file's says nothing new.
    description || (files.includes(name) ? '' : name),
    files.length > 1 ? `The task has several files: ${files.join(', ')}. This one is ${path}.` : '',
    titled('Acceptance criteria', acceptanceCriteria.map((criterion) => `- ${criterion}`).join('\n')),
    titled('Configuration', configuration),
    titled('Code to follow as a pattern', codeExample),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function titled(title: string, body: string): string {
  return body === '' ? '' : `${title}:\n${body}`;
}
