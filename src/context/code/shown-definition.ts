import type { Definition } from './code-facts.ts';
import type { CodeSymbol, LinkedCode } from './link-code.ts';

/** The type whose signature holds a symbol, if any. */
export function inTypeHead({ files }: LinkedCode, { file, definition }: CodeSymbol): Definition | null {
  const owner = definition.owner === null ? undefined : files[file]?.text.facts.definitions[definition.owner];
  return owner?.kind === 'type' && definition.firstLine <= owner.headEnd ? owner : null;
}
