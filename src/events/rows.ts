/** A page ends with the event that reaches it, so memory stays bounded however large events are. */
export const PAGE_CHARACTERS = 8 * 1024 * 1024;

/** Rows of events in either database; large data of types that nobody wants is not fetched: '' stands for it. */
export interface Rows<Row> {
  readonly rows: readonly Row[];
  /** There are no more of what was asked for: the page was not ended by their size. */
  readonly isWhole: boolean;
}

export type WithDataOf = (type: string) => boolean;

export const ofAllTypes: WithDataOf = () => true;
