import { type MarkdownOutline, quoted, type Refuse } from './markdown-outline.ts';
import type { Block } from './markdown-nodes.ts';
import { lineOf } from './markdown-text.ts';

/** The table below "Architecture Decisions". */
export function readDecisions(nodes: readonly Block[], outline: MarkdownOutline, refuse: Refuse): readonly object[] {
  return nodes.flatMap((table) => {
    if (table.type !== 'table') {
      refuse(
        lineOf(table),
        'decisions stand in a table with the columns Decision, Rationale, Alternative, Why Rejected',
      );
      return [];
    }
    const [head, ...rows] = table.children;
    const names = (head?.children ?? []).map((cell) => columnOf(outline.text(cell.children)));
    return rows.map((row) =>
      Object.fromEntries(
        row.children.flatMap((cell, index) => {
          const name = names[index];
          return name === undefined ? [] : [[name, outline.text(cell.children)]];
        }),
      ),
    );
  });
}

/** The lines "what → where" below "Module Placement". */
export function readPlacement(nodes: readonly Block[], outline: MarkdownOutline, refuse: Refuse): readonly object[] {
  return nodes.flatMap((block) => {
    const lines = block.type === 'list' ? block.children.flatMap((item) => item.children.slice(0, 1)) : [block];
    return lines.flatMap((line) => {
      // Several lines in one paragraph are an entry each.
      if (line.type === 'paragraph' && line.position?.start.line === line.position?.end.line) {
        const last = line.children.at(-1);
        const before = outline.text(line.children.slice(0, -1));
        const arrow = /\s*(?:→|->)$/;
        if (last?.type === 'inlineCode' && arrow.test(before)) {
          return [{ concern: before.replace(arrow, ''), path: last.value }];
        }
      }
      return outline
        .linesOf([line])
        .split('\n')
        .filter((text) => text.trim() !== '')
        .flatMap((text) => {
          const [, concern, path] = /^(.*\S)\s*(?:→|->)\s*`?([^`]*[^`\s])`?\s*$/.exec(text) ?? [];
          if (concern === undefined) refuse(lineOf(line), `${quoted(text)} is not "what → \`where\`"`);
          return concern === undefined ? [] : [{ concern, path }];
        });
    });
  });
}

function columnOf(title: string): string | undefined {
  const columns = { decision: 'decision', rationale: 'rationale', alternative: 'alternative', why: 'whyRejected' };
  return Object.entries(columns).find(([start]) => title.toLowerCase().startsWith(start))?.[1];
}
