import { itemsOf, type LabelledItem, type MarkdownOutline, quoted, type Refuse } from './markdown-outline.ts';
import type { Block } from './markdown-nodes.ts';
import { lineOf } from './markdown-text.ts';

/** The list below "Overview": the plan's language, and its overview. */
export function readOverview(nodes: readonly Block[], outline: MarkdownOutline, refuse: Refuse): object {
  const fields: { language?: string; overview: Record<string, unknown> } = { overview: {} };
  const { overview } = fields;
  for (const node of nodes) {
    if (node.type !== 'list')
      refuse(lineOf(node), `${quoted(outline.textOfBlocks([node]))} is no list: write "- **Objective**: …"`);
  }
  for (const item of itemsOf(nodes)) {
    const found = outline.labelled(item);
    const text = found && outline.text(found.rest);
    if (!found || text === null) {
      refuse(lineOf(item), 'has no label: write "- **Objective**: …"');
    } else if (found.label.startsWith('objective')) {
      overview.objective = joined(text, outline.textOfBlocks(found.blocks));
    } else if (found.label.startsWith('language')) {
      fields.language = text;
    } else if (found.label.startsWith('scope')) {
      overview.scope = readScope(found.blocks, outline, refuse);
      if (text !== '') refuse(found.line, 'the scope has no words of its own: list what it includes and excludes');
    } else if (found.label.startsWith('dependenc')) {
      overview.dependencies = /^none\.?$/i.test(text) ? [] : readDependencies(found, outline);
    } else if (/^(estimated )?complexity/.test(found.label)) {
      overview.complexity = readComplexity(text, found.line, refuse);
    } else {
      const known = 'Objective, Language, Scope, Dependencies and Estimated Complexity';
      refuse(found.line, `${quoted(found.label)} is no part of the overview, which has ${known}`);
    }
  }
  return fields;
}

function readScope(blocks: readonly Block[], outline: MarkdownOutline, refuse: Refuse): object {
  const scope: Record<string, readonly string[]> = {};
  for (const item of itemsOf(blocks)) {
    const found = outline.labelled(item);
    const part = /^(includes|excludes)/.exec(found?.label ?? '')?.[1];
    if (!found || part === undefined) refuse(lineOf(item), 'the scope has "Includes:" and "Excludes:"');
    else scope[part] = [outline.text(found.rest), ...outline.texts(found.blocks)].filter((text) => text !== '');
  }
  return scope;
}

function readDependencies({ rest, blocks }: LabelledItem, outline: MarkdownOutline): readonly object[] {
  const lines = [
    rest,
    ...itemsOf(blocks).map((item) => (item.children[0]?.type === 'paragraph' ? item.children[0].children : [])),
  ];
  return lines
    .filter((nodes) => nodes.length > 0)
    .map((nodes) => {
      const [first, ...others] = nodes;
      if (first?.type === 'inlineCode') return { name: first.value, version: outline.text(others) };
      const [, name = '', version = ''] = /^(\S+?)(?:[@ ]+(\S.*))?$/.exec(outline.text(nodes)) ?? [];
      return { name, version };
    });
}

function readComplexity(text: string, line: number, refuse: Refuse): object | undefined {
  const [, level, reason] = /^(low|medium|high)\b\s*(?:[-–—:]\s*)?([\s\S]*)$/i.exec(text) ?? [];
  if (level === undefined) refuse(line, 'the complexity begins with Low, Medium or High');
  return level === undefined ? undefined : { level: level.toLowerCase(), reason };
}

function joined(text: string, more: string): string {
  return more === '' ? text : `${text}\n\n${more}`;
}
