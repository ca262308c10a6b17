import type {
  ExecutionPlan,
  PlanApproach,
  PlanClarifications,
  PlanDecision,
  PlannedTask,
  PlannedTestCase,
  PlanOverview,
  SuccessCriteria,
} from '../../events/index.ts';
import { cellText, codeBlock, codeSpan, headingText, inlineText, strongText } from './markdown-text.ts';

/**
 * A plan as a Markdown document (GitHub's dialect) to read, edit and hand in again: planFromMarkdown makes the same plan
 * of it. Parts that say nothing are left out.
 */
export function planToMarkdown(plan: ExecutionPlan): string {
  const numbers = new Map<PlannedTask, number>();
  for (const task of plan.agents.flatMap(({ tasks }) => tasks)) numbers.set(task, numbers.size + 1);
  const parts = [
    heading(2, numbered('Implementation Plan', plan.title)),
    ...overviewParts(plan),
    ...clarificationParts(plan.clarifications),
    ...approachParts(plan.approach),
    heading(3, '📋 Task Breakdown'),
    ...plan.agents.flatMap(({ name, tasks }, index) => [
      heading(2, numbered(`Build Agent ${index + 1}`, name)),
      ...tasks.flatMap((task) => taskParts(task, numbers.get(task) ?? 0, plan.language)),
    ]),
    ...titled(3, '🧪 Testing Strategy', list(plan.testingStrategy.map((text) => inlineText(text)))),
    ...criteriaParts(plan.successCriteria),
  ];
  return `${parts.join('\n\n')}\n`;
}

function overviewParts({ language, overview }: ExecutionPlan): readonly string[] {
  const { objective, scope, dependencies, complexity } = overview;
  const scopes = [
    labelled(
      'Includes',
      scope.includes.map((text) => inlineText(text)),
      { bold: false },
    ),
    labelled(
      'Excludes',
      scope.excludes.map((text) => inlineText(text)),
      { bold: false },
    ),
  ].flat();
  const items = [
    `**Objective**: ${inlineText(objective)}`,
    `**Language**: ${inlineText(language)}`,
    ...(scopes.length > 0 ? [`**Scope**:\n${list(scopes)}`] : []),
    ...labelled('Dependencies', dependencies.map(dependencyLine)),
    ...(complexity ? [`**Estimated Complexity**: ${complexityLine(complexity)}`] : []),
  ];
  return titled(3, 'Overview', list(items));
}

function dependencyLine({ name, version }: PlanOverview['dependencies'][number]): string {
  return version ? `${codeSpan(name)} ${inlineText(version)}` : codeSpan(name);
}

function complexityLine({ level, reason }: NonNullable<PlanOverview['complexity']>): string {
  const name = `${level.charAt(0).toUpperCase()}${level.slice(1)}`;
  return reason ? `${name} - ${inlineText(reason)}` : name;
}

function clarificationParts({ testFramework, fileLocations, environment }: PlanClarifications): readonly string[] {
  const parts = [
    ...titled(4, 'Test Framework Configuration', block(testFramework)),
    ...titled(4, 'File Locations', block(fileLocations)),
    ...titled(4, 'Environment Setup', block(environment, 'bash')),
  ];
  return parts.length > 0 ? [heading(3, '🔧 Technical Clarifications'), ...parts] : [];
}

function approachParts({ decisions, modulePlacement, integrationPoints, dataFlow }: PlanApproach): readonly string[] {
  const parts = [
    ...titled(4, 'Architecture Decisions', decisions.length > 0 ? decisionTable(decisions) : ''),
    ...titled(
      4,
      'Module Placement',
      list(modulePlacement.map(({ concern, path }) => `${inlineText(concern)} → ${codeSpan(path)}`)),
    ),
    ...titled(4, 'Integration Points', list(integrationPoints.map((text) => inlineText(text)))),
    ...titled(4, 'Data Flow', block(dataFlow)),
  ];
  return parts.length > 0 ? [heading(3, 'Technical Approach'), ...parts] : [];
}

function decisionTable(decisions: readonly PlanDecision[]): string {
  const rows = decisions.map(({ decision, rationale, alternative, whyRejected }) =>
    row([decision, rationale, alternative, whyRejected].map(cellText)),
  );
  const names = ['Decision', 'Rationale', 'Alternative Considered', 'Why Rejected'];
  return [row(names), row(names.map(() => '---')), ...rows].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function taskParts(task: PlannedTask, number: number, language: string): readonly string[] {
  const { name, module, description, acceptanceCriteria, files, dependencies, configuration, codeExample } = task;
  const place = module ? ` (Module: ${codeSpan(module)})` : '';
  const info = /^[a-z]+$/.test(language) ? language : '';
  const items = [
    ...(description ? [`**Description**: ${inlineText(description)}`] : []),
    ...labelled('Acceptance Criteria', acceptanceCriteria.map(checkbox)),
    ...labelled('Files to Create', files.map(codeSpan)),
    `**Dependencies**: ${dependencies.length > 0 ? dependencies.map(codeSpan).join(', ') : 'None'}`,
    ...(configuration ? [`**Configuration Required**:\n\n${codeBlock(configuration, info)}`] : []),
    ...(codeExample ? [`**Code Example**:\n\n${codeBlock(codeExample, info)}`] : []),
    ...labelled('Test Cases', task.testCases.map(testCaseLine)),
  ];
  return titled(4, `Task ${number}: ${strongText(name)}${place}`, list(items));
}

/** Code at its start is the name of a test: an expectation without one must not look like it. */
function testCaseLine({ name, expectation }: PlannedTestCase): string {
  if (!name) return inlineText(expectation, { plain: expectation.startsWith('`') });
  return expectation ? `${codeSpan(name)}: ${inlineText(expectation)}` : codeSpan(name);
}

function criteriaParts({ functional, nonFunctional, documentation }: SuccessCriteria): readonly string[] {
  const parts = [
    ...titled(4, 'Functional Requirements', list(functional.map(checkbox))),
    ...titled(4, 'Non-Functional Requirements', list(nonFunctional.map(checkbox))),
    ...titled(4, 'Documentation', list(documentation.map(checkbox))),
  ];
  return parts.length > 0 ? [heading(3, '✅ Success Criteria'), ...parts] : [];
}

function checkbox(text: string): string {
  return `[ ] ${inlineText(text)}`;
}

function heading(depth: number, text: string): string {
  return `${'#'.repeat(depth)} ${text}`;
}

function numbered(kind: string, name: string): string {
  return name ? `${kind}: ${headingText(name)}` : kind;
}

/** A heading with what stands below it; nothing where there is nothing. */
function titled(depth: number, title: string, body: string): readonly string[] {
  return body === '' ? [] : [heading(depth, title), body];
}

function labelled(
  label: string,
  items: readonly string[],
  { bold = true }: { readonly bold?: boolean } = {},
): readonly string[] {
  return items.length === 0 ? [] : [`${bold ? `**${label}**` : label}:\n${list(items)}`];
}

/** Items of one list; further lines of an item are indented below it. */
function list(items: readonly string[]): string {
  return items.map((item) => `- ${indented(item).slice(2)}`).join('\n');
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

function block(text: string, info = ''): string {
  return text === '' ? '' : codeBlock(text, info);
}
