import { type Edges, pageRank } from '../rank/page-rank.ts';
import type { CodeView } from './code-view.ts';
import type { LinkedCode, Link, LinkedFile } from './link-code.ts';

/** How much a walk along what uses what prefers each kind of step. A step back counts a seventh. */
const WEIGHTS = { inSignature: 3, inBody: 1, atTopLevel: 0.5, import: 0.5, contains: 0.3, owner: 0.3, back: 0.15 };

/**
 * How near every symbol, and after the symbols every file, is to the current file by what uses what. From an interface
 * to what its members name is as near as from a function to what its parameters name.
 */
export function rankByUse({ code, current }: CodeView): Float64Array {
  const { files, symbols } = code;
  const edges = new EdgeList();
  files.forEach((file, number) => {
    const node = symbols.length + number;
    for (const imported of file.imports) edges.addBoth(node, symbols.length + imported, WEIGHTS.import);
    file.text.facts.definitions.forEach(({ owner }, index) => {
      const outer = owner === null ? node : file.firstSymbol + owner;
      edges.add(outer, file.firstSymbol + index, WEIGHTS.contains);
      edges.add(file.firstSymbol + index, outer, WEIGHTS.owner);
    });
    for (const link of file.links) {
      const { use, symbol, share } = link;
      const from = use.within === null ? node : file.firstSymbol + use.within;
      const place = use.within === null ? WEIGHTS.atTopLevel : use.inHead ? WEIGHTS.inSignature : WEIGHTS.inBody;
      if (from !== symbol) edges.addBoth(from, symbol, place * Math.sqrt(use.count) * share);
      const type = typeAround(file, link);
      if (type !== null) edges.add(type, symbol, WEIGHTS.inSignature * share);
    }
  });
  return pageRank(edges, seeds(code, current));
}

/** What the signatures of `roots` (symbol to weight) name, and theirs, and so on: how near every symbol is to them. */
export function rankBySignatures({ files, symbols }: LinkedCode, roots: ReadonlyMap<number, number>): Float64Array {
  const edges = new EdgeList();
  for (const file of files) {
    for (const link of file.links) {
      const { use, symbol, share } = link;
      if (use.within !== null && use.inHead) edges.add(file.firstSymbol + use.within, symbol, share);
      const type = typeAround(file, link);
      if (type !== null) edges.add(type, symbol, share);
    }
  }
  return pageRank(
    edges,
    Float64Array.from(symbols, (_, symbol) => roots.get(symbol) ?? 0),
  );
}

class EdgeList implements Edges {
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly weights: number[] = [];

  add(from: number, to: number, weight: number): void {
    this.from.push(from);
    this.to.push(to);
    this.weights.push(weight);
  }

  addBoth(from: number, to: number, weight: number): void {
    this.add(from, to, weight);
    this.add(to, from, weight * WEIGHTS.back);
  }
}

/** The type, if any, whose member a use stands in: what that names, the type names. */
function typeAround({ text, firstSymbol }: LinkedFile, { use }: Link): number | null {
  const { definitions } = text.facts;
  const owner = use.within === null ? null : (definitions[use.within]?.owner ?? null);
  return owner !== null && definitions[owner]?.kind === 'type' ? firstSymbol + owner : null;
}

/** A walk begins at the file as often as at its definitions together. */
function seeds({ files, symbols }: LinkedCode, current: number): Float64Array {
  const weights = new Float64Array(symbols.length + files.length);
  const file = files[current];
  const own = file?.text.facts.definitions.length ?? 0;
  weights[symbols.length + current] = Math.max(1, own);
  for (let index = 0; index < own; index++) weights[(file?.firstSymbol ?? 0) + index] = 1;
  return weights;
}
