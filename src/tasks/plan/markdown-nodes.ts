import type { fromMarkdown } from 'mdast-util-from-markdown';

// The nodes of the parser by their names; their own package has types only, which no module resolver finds.

export type Block = ReturnType<typeof fromMarkdown>['children'][number];
export type Heading = Extract<Block, { type: 'heading' }>;
export type Paragraph = Extract<Block, { type: 'paragraph' }>;
export type ListItem = Extract<Block, { type: 'list' }>['children'][number];
/** What stands inside a line. */
export type Inline = Paragraph['children'][number];
