/** What sorting needs to know of a step. */
export interface Sortable {
  readonly id: string;
  readonly dependsOn: readonly { readonly step: string }[];
}

/** Either all steps, each after those it depends on, or a circle as a path that ends where it began. */
export type Sorting<Step> =
  | { readonly order: readonly Step[]; readonly circle: null }
  | { readonly order: null; readonly circle: readonly string[] };

/**
 * Topological order by depth-first search, without recursion. Steps keep the order of the list wherever their
 * dependencies allow: a list that is in order comes back as it is. Dependencies outside the list are passed over.
 */
export function sortSteps<Step extends Sortable>(steps: readonly Step[]): Sorting<Step> {
  const known = new Map(steps.map((step) => [step.id, step]));
  const finished = new Set<string>();
  const order: Step[] = [];
  for (const root of steps) {
    if (finished.has(root.id)) continue;
    /** From the root to where the search stands, each with the number of dependencies it has looked at. */
    const trail: { readonly step: Step; looked: number }[] = [{ step: root, looked: 0 }];
    const onTrail = new Set([root.id]);
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const edge = top.step.dependsOn[top.looked++];
      if (edge === undefined) {
        trail.pop();
        finished.add(top.step.id);
        order.push(top.step);
        continue;
      }
      const next = known.get(edge.step);
      if (next === undefined || finished.has(next.id)) continue;
      if (onTrail.has(next.id)) {
        const ids = trail.map(({ step }) => step.id);
        return { order: null, circle: [...ids.slice(ids.indexOf(next.id)), next.id] };
      }
      trail.push({ step: next, looked: 0 });
      onTrail.add(next.id);
    }
  }
  return { order, circle: null };
}
