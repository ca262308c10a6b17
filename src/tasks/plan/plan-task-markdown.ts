import {
  codesIn,
  cutStart,
  itemsOf,
  type LabelledItem,
  type MarkdownOutline,
  type Refuse,
} from './markdown-outline.ts';
import type { Block, Inline, ListItem } from './markdown-nodes.ts';
import { lineOf } from './markdown-text.ts';

/** A task as its part of the Markdown says it: not checked, and with what it may be called by others. */
export interface DraftTask {
  /** `2` of "Task 2: …"; null where it has no number. */
  readonly number: string | null;
  readonly fields: Record<string, unknown> & { name: string };
}

/** Code is a name; other words may also be the number of a task. */
interface DraftDependency {
  readonly name: string;
  readonly isCode: boolean;
}

type Field = keyof typeof labels;

const labels = {
  description: /^description/,
  acceptanceCriteria: /^acceptance/,
  files: /^files/,
  dependencies: /^dependenc/,
  configuration: /^config/,
  codeExample: /^code/,
  testCases: /^test/,
};

const known = Object.values({
  description: 'Description',
  acceptanceCriteria: 'Acceptance Criteria',
  files: 'Files to Create',
  dependencies: 'Dependencies',
  configuration: 'Configuration Required',
  codeExample: 'Code Example',
  testCases: 'Test Cases',
}).join(', ');

const NOTHING = /^none\.?$/i;

/** Reads the tasks of a plan out of Markdown; what it cannot read it hands to `refuse`, with its line. */
export class TaskReader {
  constructor(
    private readonly outline: MarkdownOutline,
    private readonly refuse: Refuse,
  ) {}

  /** `heading`: the children of "#### Task 1: **name** (Module: `path`)". */
  read(heading: readonly Inline[], nodes: readonly Block[]): DraftTask {
    const task: DraftTask = this.titleOf(heading);
    let last: Field | null = null;
    for (const node of nodes) {
      if (node.type === 'list') {
        for (const item of node.children) last = this.readItem(task, item) ?? last;
      } else if (node.type === 'code' && (last === 'configuration' || last === 'codeExample') && !task.fields[last]) {
        // The fence is not indented below its label.
        task.fields[last] = node.value;
      } else {
        this.refuse(lineOf(node), `is no part of a task: write "- **Label**: …" with one of ${known}`);
      }
    }
    return task;
  }

  /** "Task 2" as a dependency means the task with that number, unless a task has that name. */
  resolveNumbers(tasks: readonly DraftTask[]): void {
    const names = new Set(tasks.map(({ fields }) => fields.name));
    const byNumber = new Map(tasks.map(({ number, fields }) => [number, fields.name]));
    for (const { fields } of tasks) {
      // Only readItem has set them.
      const given = (fields.dependencies ?? []) as readonly DraftDependency[];
      fields.dependencies = given.map(({ name, isCode }) => {
        const number = isCode || names.has(name) ? undefined : /^task\s+(\d+)\b/i.exec(name)?.[1];
        return (number === undefined ? undefined : byNumber.get(number)) ?? name;
      });
    }
  }

  private titleOf(heading: readonly Inline[]): DraftTask {
    const all = this.outline.text(heading);
    const number = /^[^\p{L}]*task\s*(\d+)/iu.exec(all)?.[1] ?? null;
    // A name in bold ends with the last ** before its module, whatever stands in it.
    const code = codesIn(heading).at(-1);
    const before = code === undefined ? all : this.outline.text(heading.slice(0, heading.findIndex(isCode)));
    const bold = /^[^:]*:\s*\*\*(.*)\*\*\s*(?:\(\s*module\s*:\s*(.*))?$/is.exec(before);
    if (bold) return { number, fields: { name: bold[1] ?? '', module: code ?? bold[2]?.replace(/\)$/, '') } };
    const [, name = '', module] = /^[^:]*:\s*(.*?)(?:\s*\(\s*module\s*:\s*`?([^`]*)`?\s*\))?$/is.exec(all) ?? [];
    return { number, fields: { name, module } };
  }

  private readItem({ fields }: DraftTask, item: ListItem): Field | null {
    const found = this.outline.labelled(item);
    const field = found && fieldOf(found.label);
    if (!field) {
      const what = found ? `${JSON.stringify(found.label)} is no part of a task` : 'an entry has no label';
      this.refuse(lineOf(item), `${what}: write "- **Label**: …" with one of ${known}`);
      return null;
    }
    if (fields[field] !== undefined) this.refuse(found.line, `${JSON.stringify(found.label)} stands in the task twice`);
    fields[field] = this.valueOf(field, found);
    return field;
  }

  private valueOf(field: Field, { rest, blocks }: LabelledItem): unknown {
    const text = this.outline.text(rest);
    const nothing = text === '' || NOTHING.test(text);
    switch (field) {
      case 'description':
        return [text, this.outline.textOfBlocks(blocks)].filter((part) => part !== '').join('\n\n');
      case 'acceptanceCriteria':
        return [...(nothing ? [] : [text]), ...this.outline.texts(blocks)];
      case 'files':
        return [...(codesIn(rest).length > 0 ? codesIn(rest) : nothing ? [] : [text]), ...this.paths(blocks)];
      case 'dependencies':
        return this.dependencies(rest, blocks);
      case 'configuration':
      case 'codeExample':
        return nothing ? this.outline.linesOf(blocks) : [text, this.outline.linesOf(blocks)].join('\n').trimEnd();
      case 'testCases':
        return itemsOf(blocks).map((item) => this.testCase(item));
    }
  }

  private paths(blocks: readonly Block[]): readonly string[] {
    return blocks.flatMap((block) => {
      if (block.type === 'code') return pathsOfLines(block.value);
      return itemsOf([block]).map((item) => {
        const [first] = item.children;
        const code = first?.type === 'paragraph' ? codesIn(first.children)[0] : undefined;
        return code ?? this.outline.textOfBlocks(item.children);
      });
    });
  }

  private dependencies(rest: readonly Inline[], blocks: readonly Block[]): readonly DraftDependency[] {
    const lines = [
      rest,
      ...itemsOf(blocks).map(({ children: [first] }) => (first?.type === 'paragraph' ? first.children : [])),
    ];
    return lines.flatMap((nodes): DraftDependency[] => {
      const codes = codesIn(nodes);
      if (codes.length > 0) return codes.map((name) => ({ name, isCode: true }));
      const text = this.outline.text(nodes);
      if (NOTHING.test(text)) return [];
      const names = text.split(',').map((name) => name.trim());
      return names.filter((name) => name !== '').map((name) => ({ name, isCode: false }));
    });
  }

  private testCase(item: ListItem): object {
    const [first, ...blocks] = item.children;
    const more = this.outline.textOfBlocks(blocks);
    const whole = (text: string) => [text, more].filter((part) => part !== '').join('\n');
    if (first?.type !== 'paragraph') return { expectation: this.outline.textOfBlocks(item.children) };
    const [code, ...after] = first.children;
    const next = after[0]?.type === 'text' ? (/^\s*(?:[:→–]|->)\s*/.exec(after[0].value)?.[0].length ?? null) : null;
    const isName = code?.type === 'inlineCode' && (after.length === 0 || next !== null);
    if (!isName) return { expectation: whole(this.outline.text(first.children)) };
    return { name: code.value, expectation: whole(this.outline.text(cutStart(after, next ?? 0))) };
  }
}

function isCode(node: Inline): boolean {
  return node.type === 'inlineCode';
}

function fieldOf(label: string): Field | null {
  return (Object.keys(labels) as Field[]).find((field) => labels[field].test(label)) ?? null;
}

/** One path a line, or a tree as `tree` draws it, whose directories end in /. */
function pathsOfLines(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (!/[├└]/.test(text)) return lines.map((line) => line.trim());
  const directories: { depth: number; path: string }[] = [];
  return lines.flatMap((line) => {
    const [, branch = '', name = ''] = /^([\s│├└─|]*)(.*?)(?:\s+#.*)?$/.exec(line) ?? [];
    const depth = branch.length;
    while ((directories.at(-1)?.depth ?? -1) >= depth) directories.pop();
    const path = `${directories.at(-1)?.path ?? ''}${name.trim()}`;
    if (!path.endsWith('/')) return [path];
    directories.push({ depth, path });
    return [];
  });
}
