/** What a heading of a plan begins. `group`: it only holds further headings. */
export type HeadingKind =
  | 'title'
  | 'group'
  | 'agent'
  | 'task'
  | 'overview'
  | 'testFramework'
  | 'fileLocations'
  | 'environment'
  | 'decisions'
  | 'modulePlacement'
  | 'integrationPoints'
  | 'dataFlow'
  | 'testingStrategy'
  | 'functional'
  | 'nonFunctional'
  | 'documentation';

const kinds: readonly (readonly [RegExp, HeadingKind])[] = [
  [/^(?:implementation|execution) plan\b\s*:?\s*/i, 'title'],
  [/^build agent\b\s*\d*\s*:?\s*/i, 'agent'],
  [/^task\s*\d*\s*:\s*/i, 'task'],
  [/^overview\b/i, 'overview'],
  [/^technical clarifications?\b/i, 'group'],
  [/^test framework\b/i, 'testFramework'],
  [/^file locations?\b/i, 'fileLocations'],
  [/^environment\b/i, 'environment'],
  [/^technical approach\b/i, 'group'],
  [/^(?:architecture )?decisions?\b/i, 'decisions'],
  [/^module placement\b/i, 'modulePlacement'],
  [/^integration points?\b/i, 'integrationPoints'],
  [/^data flow\b/i, 'dataFlow'],
  [/^task breakdown\b/i, 'group'],
  [/^testing strategy\b/i, 'testingStrategy'],
  [/^success criteria\b/i, 'group'],
  [/^functional\b/i, 'functional'],
  [/^non-?\s?functional\b/i, 'nonFunctional'],
  [/^documentation\b/i, 'documentation'],
];

/** Tells a heading by its first words, whatever symbols stand before them; `rest` is what follows. Null: no part of a plan. */
export function headingKind(title: string): { readonly kind: HeadingKind; readonly rest: string } | null {
  const words = title.replace(/^[^\p{L}]+/u, '');
  for (const [start, kind] of kinds) {
    const found = start.exec(words);
    if (found) return { kind, rest: words.slice(found[0].length).trim() };
  }
  return null;
}
