import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTaskListItemFromMarkdown } from 'mdast-util-gfm-task-list-item';
import { gfmTable } from 'micromark-extension-gfm-table';
import { gfmTaskListItem } from 'micromark-extension-gfm-task-list-item';
import type { Block, Heading, Inline, ListItem, Paragraph } from './markdown-nodes.ts';
import { lineOf, sourceOf, textOf } from './markdown-text.ts';

/** Told of what cannot be read, and in which line. */
export type Refuse = (line: number, message: string) => void;

/** A heading with everything up to the next one, whatever its level. */
export interface MarkdownSection {
  /** Null: what stands before the first heading. */
  readonly heading: Heading | null;
  readonly nodes: readonly Block[];
}

/** `**Label**: rest`, and what stands below it. */
export interface LabelledItem {
  /** In lower case. */
  readonly label: string;
  readonly rest: readonly Inline[];
  readonly blocks: readonly Block[];
  readonly line: number;
}

/**
 * Emphasis and links are kept as they are written, so nothing has to find them: that can take time by the square of the
 * length, and a plan comes from anybody.
 */
const asWritten = ['attention', 'autolink', 'definition', 'labelStartImage', 'labelStartLink', 'labelEnd'];

/** A Markdown document cut into sections. Comments and rules are left out. */
export class MarkdownOutline {
  readonly sections: readonly MarkdownSection[];

  constructor(readonly source: string) {
    const tree = fromMarkdown(source, {
      extensions: [gfmTable(), gfmTaskListItem(), { disable: { null: [...asWritten] } }],
      mdastExtensions: [gfmTableFromMarkdown(), gfmTaskListItemFromMarkdown()],
    });
    const sections: { heading: Heading | null; nodes: Block[] }[] = [{ heading: null, nodes: [] }];
    for (const node of tree.children) {
      if (node.type === 'heading') sections.push({ heading: node, nodes: [] });
      else if (saysSomething(node)) sections.at(-1)?.nodes.push(node);
    }
    this.sections = sections;
  }

  text(nodes: readonly Inline[]): string {
    return textOf(nodes, this.source).trim();
  }

  /** All that an item or a section says, as lines: paragraphs as text, anything else as it was written. */
  textOfBlocks(blocks: readonly Block[]): string {
    return blocks
      .filter(saysSomething)
      .map((block, index) => {
        const text = block.type === 'paragraph' ? this.text(block.children) : this.written(block);
        if (index === 0) return text;
        return block.type === 'paragraph' ? `\n\n${text}` : `\n${text}`;
      })
      .join('');
  }

  /** One text for each item of the lists, and for each paragraph beside them. */
  texts(blocks: readonly Block[]): readonly string[] {
    return blocks.flatMap((block) =>
      block.type === 'list'
        ? block.children.map((item) => this.textOfBlocks(item.children))
        : [this.textOfBlocks([block])],
    );
  }

  /** Lines as they stand in fences; what stands outside of any, as it was written. */
  linesOf(blocks: readonly Block[]): string {
    return blocks
      .filter(saysSomething)
      .map((block) => (block.type === 'code' ? block.value : this.written(block)))
      .join('\n\n');
  }

  /** `**Label**: rest` or `Label: rest`; null where an item begins with no label. */
  labelled(item: ListItem): LabelledItem | null {
    const [paragraph, ...blocks] = item.children;
    if (paragraph?.type !== 'paragraph') return null;
    const found = labelOf(paragraph);
    return found && { ...found, blocks, line: lineOf(item) };
  }

  private written(block: Block): string {
    const indent = Math.max(0, (block.position?.start.column ?? 1) - 1);
    return sourceOf(block, this.source).replaceAll(`\n${' '.repeat(indent)}`, '\n');
  }
}

function labelOf({ children }: Paragraph): { label: string; rest: readonly Inline[] } | null {
  const [first] = children;
  const start =
    first?.type === 'text'
      ? /^(?:\*\*(.+?)\*\*|__(.+?)__|(\p{L}[\p{L} -]{0,40}?)(?=\s*:(?:\s|$)))\s*:?\s*/su.exec(first.value)
      : null;
  if (!start) return null;
  const label = (start[1] ?? start[2] ?? start[3] ?? '').replace(/\s*:\s*$/, '').toLowerCase();
  return { label, rest: cutStart(children, start[0].length) };
}

/** The nodes without the first characters of their text. */
export function cutStart(nodes: readonly Inline[], characters: number): readonly Inline[] {
  const [first, ...others] = nodes;
  if (first?.type !== 'text') return nodes;
  const value = first.value.slice(characters);
  return value === '' ? others : [{ ...first, value }, ...others];
}

export function itemsOf(blocks: readonly Block[]): readonly ListItem[] {
  return blocks.flatMap((block) => (block.type === 'list' ? block.children : []));
}

/** Names that stand as code among the nodes. */
export function codesIn(nodes: readonly Inline[]): readonly string[] {
  return nodes.flatMap((node) => (node.type === 'inlineCode' ? [node.value] : []));
}

function saysSomething(node: Block): boolean {
  return node.type !== 'thematicBreak' && !(node.type === 'html' && /^<!--[\s\S]*-->$/.test(node.value.trim()));
}

/** The start of a text, for a message. */
export function quoted(text: string): string {
  const line = text.split('\n')[0] ?? '';
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
}
