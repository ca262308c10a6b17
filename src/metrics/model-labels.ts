/** Models that are not configured and still get a label of their own. */
const MAX_OTHERS = 20;
const MAX_CHARACTERS = 100;

/**
 * Labels of models, bounded in number: callers may name the models of their tasks. The configured ones have their own,
 * and so have the first 20 others that answered; whatever comes then is `other`, and an answer of no model `delegated`.
 */
export class ModelLabels {
  private readonly others = new Set<string>();
  private readonly configured: ReadonlySet<string>;

  constructor(configured: Iterable<string>) {
    this.configured = new Set(configured);
  }

  labelOf(model: string | null): string {
    if (model === null) return 'delegated';
    if (this.configured.has(model) || this.others.has(model)) return model;
    if (this.others.size >= MAX_OTHERS || model.length > MAX_CHARACTERS) return 'other';
    this.others.add(model);
    return model;
  }
}
