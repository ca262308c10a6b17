import type { ExecutionPlan } from '../../events/index.ts';
import { InvalidInputError, type Issue } from '../../kernel/errors.ts';
import { MarkdownOutline, type MarkdownSection, quoted, type Refuse } from './markdown-outline.ts';
import type { Block, Inline } from './markdown-nodes.ts';
import { lineOf } from './markdown-text.ts';
import { readDecisions, readPlacement } from './plan-approach-markdown.ts';
import { headingKind, type HeadingKind } from './plan-headings.ts';
import { readOverview } from './plan-overview-markdown.ts';
import { type DraftTask, TaskReader } from './plan-task-markdown.ts';
import { readPlan } from './read-plan.ts';

/** Where the plan has what stands below a heading. */
const paths: Partial<Record<HeadingKind, string>> = {
  testFramework: 'clarifications.testFramework',
  fileLocations: 'clarifications.fileLocations',
  environment: 'clarifications.environment',
  decisions: 'approach.decisions',
  modulePlacement: 'approach.modulePlacement',
  integrationPoints: 'approach.integrationPoints',
  dataFlow: 'approach.dataFlow',
  functional: 'successCriteria.functional',
  nonFunctional: 'successCriteria.nonFunctional',
  documentation: 'successCriteria.documentation',
};

/** A longer text is no plan that anybody reads, and reading it would keep others waiting. */
const MAX_CHARACTERS = 100_000;
/** So many list or quotation markers at the start of a line have no meaning in a plan, and cost more the deeper they go. */
const TOO_DEEP = /^(?:[ \t]*(?:[-+*][ \t]|>|\d{1,9}[.)][ \t])){5}/m;

/**
 * The plan that a Markdown document of planToMarkdown stands for, as it is or edited by hand: order and levels of the
 * sections, list markers, blank lines and wrapped lines do not matter. Throws InvalidInputError with everything that it
 * cannot read, each with its line.
 */
export function planFromMarkdown(text: string, at = 'plan'): ExecutionPlan {
  return new PlanText(text, at).plan;
}

/** A plan as Markdown, and where in it everything stands. */
export class PlanText {
  readonly plan: ExecutionPlan;
  private readonly outline: MarkdownOutline;
  private readonly issues: Issue[] = [];
  private readonly lines = new Map<string, number>();
  private readonly seen = new Map<HeadingKind, number>();
  private readonly tasks: TaskReader;

  private readonly agents: { name: string; tasks: DraftTask[] }[] = [];
  private readonly fields: Partial<Record<HeadingKind, unknown>> = {};

  constructor(
    text: string,
    private readonly at: string,
  ) {
    if (text.length > MAX_CHARACTERS) {
      throw new InvalidInputError([{ path: at, message: `has more than ${MAX_CHARACTERS} characters` }]);
    }
    const deep = TOO_DEEP.exec(text);
    if (deep) {
      const line = text.slice(0, deep.index).split(/\r\n?|\n/).length;
      throw new InvalidInputError([{ path: at, message: `line ${line}: has lists in lists without end` }]);
    }
    this.outline = new MarkdownOutline(text.replace(/\r\n?/g, '\n'));
    this.tasks = new TaskReader(this.outline, this.refuse);
    for (const section of this.outline.sections) this.read(section);
    if (this.issues.length > 0) throw new InvalidInputError(this.issues);
    this.tasks.resolveNumbers(this.agents.flatMap(({ tasks }) => tasks));
    try {
      this.plan = readPlan(this.draft(), at);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      throw new InvalidInputError(this.located(error.issues));
    }
  }

  /** Issues with the line of the text that each is about. */
  located(issues: readonly Issue[]): readonly Issue[] {
    return issues.map(({ path, message }) => {
      const line = this.lineOfPath(path);
      return line === undefined ? { path, message } : { path, message: `line ${line}: ${message}` };
    });
  }

  private lineOfPath(path: string): number | undefined {
    for (let part = path; part !== ''; part = part.slice(0, Math.max(part.lastIndexOf('.'), part.lastIndexOf('[')))) {
      const line = this.lines.get(part);
      if (line !== undefined || !/[.[]/.test(part)) return line;
    }
    return undefined;
  }

  private draft(): unknown {
    const { fields } = this;
    return {
      title: fields.title,
      ...(fields.overview ?? { overview: {} }),
      clarifications: {
        testFramework: fields.testFramework,
        fileLocations: fields.fileLocations,
        environment: fields.environment,
      },
      approach: {
        decisions: fields.decisions,
        modulePlacement: fields.modulePlacement,
        integrationPoints: fields.integrationPoints,
        dataFlow: fields.dataFlow,
      },
      agents: this.agents.map(({ name, tasks }) => ({ name, tasks: tasks.map(({ fields: task }) => task) })),
      testingStrategy: fields.testingStrategy,
      successCriteria: {
        functional: fields.functional,
        nonFunctional: fields.nonFunctional,
        documentation: fields.documentation,
      },
    };
  }

  private read({ heading, nodes }: MarkdownSection): void {
    if (!heading)
      return this.refuseAll(nodes, 'stands before the first heading: begin with "## Implementation Plan: …"');
    const line = lineOf(heading);
    const title = this.outline.text(heading.children);
    const found = headingKind(title);
    if (!found) {
      return this.refuse(
        line,
        `${quoted(title)} is no part of a plan: leave it out, or take a heading that a plan has`,
      );
    }
    const { kind, rest } = found;
    if (kind === 'agent') {
      this.lines.set(`${this.at}.agents[${this.agents.length}]`, line);
      this.agents.push({ name: rest, tasks: [] });
      return this.refuseAll(nodes, 'belongs to no task: put it below a heading "#### Task 1: **name**"');
    }
    if (kind === 'task') return this.readTask(heading.children, nodes, line);
    const earlier = this.seen.get(kind);
    if (earlier !== undefined)
      return this.refuse(line, `${quoted(title)} stands in line ${earlier} already: join the two`);
    this.seen.set(kind, line);
    this.lines.set(`${this.at}.${paths[kind] ?? kind}`, line);
    if (kind === 'title') this.fields.title = rest;
    if (kind === 'title' || kind === 'group') {
      if (kind === 'group') this.seen.delete(kind);
      return this.refuseAll(nodes, 'belongs to no part of the plan: put it below one of the headings');
    }
    this.fields[kind] = this.valueOf(kind, nodes);
  }

  private valueOf(kind: Exclude<HeadingKind, 'title' | 'group' | 'agent' | 'task'>, nodes: readonly Block[]): unknown {
    switch (kind) {
      case 'overview':
        return readOverview(nodes, this.outline, this.refuse);
      case 'testFramework':
      case 'fileLocations':
      case 'environment':
      case 'dataFlow':
        return this.outline.linesOf(nodes);
      case 'decisions':
        return readDecisions(nodes, this.outline, this.refuse);
      case 'modulePlacement':
        return readPlacement(nodes, this.outline, this.refuse);
      case 'integrationPoints':
      case 'testingStrategy':
      case 'functional':
      case 'nonFunctional':
      case 'documentation':
        return this.outline.texts(nodes);
    }
  }

  private readTask(heading: readonly Inline[], nodes: readonly Block[], line: number): void {
    // Without a heading for its group a task is in the first one.
    if (this.agents.length === 0) this.agents.push({ name: '', tasks: [] });
    const agent = this.agents.length - 1;
    const tasks = this.agents[agent]?.tasks ?? [];
    this.lines.set(`${this.at}.agents[${agent}].tasks[${tasks.length}]`, line);
    tasks.push(this.tasks.read(heading, nodes));
  }

  private refuseAll(nodes: readonly Block[], why: string): void {
    for (const node of nodes) {
      this.refuse(lineOf(node), `${quoted(this.outline.textOfBlocks([node]))} ${why}`);
    }
  }

  private readonly refuse: Refuse = (line, message) => {
    this.issues.push({ path: this.at, message: `line ${line}: ${message}` });
  };
}
