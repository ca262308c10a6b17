import type { Block, Inline, ListItem } from './markdown-nodes.ts';

type Node = Block | Inline | ListItem;

// Texts of a plan as they stand inside a line of Markdown. What a text has of emphasis and code spans stays as it is and
// is shown as such; everything else that would mean something is escaped. A newline is <br>, as cells and headings have
// no other. Reading undoes exactly that, so what a person writes by hand comes back as they wrote it.

const CODE_SPAN = /(?<!`)`[^`\n]+`(?!`)/g;
const LINE_BREAK = /^<br *\/?>$/i;

/** A text inside a line. With `plain` its code spans are escaped too: for places where code has a meaning of its own. */
export function inlineText(text: string, { plain = false }: { readonly plain?: boolean } = {}): string {
  return escapeStart(withCodeSpans(text, plain ? [] : [...text.matchAll(CODE_SPAN)]));
}

/** A text in a cell of a table, where a | ends even code. */
export function cellText(text: string): string {
  const spans = [...text.matchAll(CODE_SPAN)].filter(([span]) => !span.includes('|'));
  return withCodeSpans(text, spans).replaceAll('|', '\\|');
}

function withCodeSpans(text: string, spans: readonly RegExpExecArray[]): string {
  let end = 0;
  let inline = '';
  for (const { 0: span, index } of spans) {
    inline += escapeInline(text.slice(end, index)) + span;
    end = index + span.length;
  }
  return (inline + escapeInline(text.slice(end))).replaceAll('\n', '<br>');
}

/** A name, of one line, in bold. */
export function strongText(text: string): string {
  return `**${escapeInline(text).replaceAll('*', '\\*')}**`;
}

/** Text at the end of a heading, where a row of # would be taken for the heading's own. */
export function headingText(text: string): string {
  return withCodeSpans(text, [...text.matchAll(CODE_SPAN)]).replace(/#+$/, (row) => row.replaceAll('#', '\\#'));
}

/** A name of one line, not blank, as code. */
export function codeSpan(name: string): string {
  const longest = Math.max(0, ...[...name.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padding = /^`|`$/.test(name) ? ' ' : '';
  return `${fence}${padding}${name}${padding}${fence}`;
}

/** Lines as they are, in a fence that none of them can close. */
export function codeBlock(text: string, info = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${info}\n${text}\n${fence}`;
}

/** What inlineText made Markdown of, out of the nodes of its line. `source`: the text that the nodes were parsed from. */
export function textOf(nodes: readonly Inline[], source: string): string {
  return nodes.map((node) => textOfNode(node, source)).join('');
}

function textOfNode(node: Inline, source: string): string {
  switch (node.type) {
    case 'text':
      // A line that somebody wrapped.
      return node.value.replace(/ *\n */g, ' ');
    case 'break':
      return '\n';
    case 'html':
      return LINE_BREAK.test(node.value) ? '\n' : node.value;
    default:
      return sourceOf(node, source);
  }
}

/** A part of the text as it was written. */
export function sourceOf(node: Node, source: string): string {
  return source.slice(startOf(node), endOf(node));
}

export function lineOf(node: Node): number {
  return node.position?.start.line ?? 1;
}

function startOf(node: Node): number {
  return node.position?.start.offset ?? 0;
}

function endOf(node: Node): number {
  return node.position?.end.offset ?? 0;
}

function escapeInline(text: string): string {
  return (
    text
      .replace(/[\\`]/g, '\\$&')
      // HTML and addresses in angle brackets; character references; links.
      .replace(/<(?=[A-Za-z/!?])/g, '\\<')
      .replace(/&(?=[#A-Za-z])/g, '\\&')
      .replace(/\](?=[([:])/g, '\\]')
  );
}

/** What would begin a list, a heading, a quotation, a rule, a fence or a checkbox at the start of a line. */
function escapeStart(inline: string): string {
  return inline
    .replace(
      /^(?:[-+*](?=[ \t]|$)|#{1,6}(?=[ \t]|$)|>|~{3}|=+$|(?:([-_*])[ \t]*)(?:\1[ \t]*){2,}$|\[(?=[ \txX]\]))/,
      '\\$&',
    )
    .replace(/^(\d{1,9})([.)])(?=[ \t]|$)/, '$1\\$2');
}
