const MAX_DEPTH = 64;

/**
 * What keeps a parsed body from being one message of the protocol, or null: no object, a batch, more than 64 levels, which
 * no message needs and which would overflow whoever walks it. Walks level by level, so that its own stack never grows.
 */
export function messageIssue(body: unknown): string | null {
  if (Array.isArray(body)) return 'batches are no part of it, send one message at a time';
  if (typeof body !== 'object' || body === null) return 'the body is no JSON object';
  let level: object[] = [body];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return `it is nested deeper than ${MAX_DEPTH} levels`;
    const next: object[] = [];
    for (const parent of level) {
      for (const value of Object.values(parent) as unknown[]) {
        if (typeof value === 'object' && value !== null) next.push(value);
      }
    }
    level = next;
  }
  return null;
}

/** The method of a request or notification; '' of what is neither. */
export function methodOf(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('method' in body)) return '';
  return typeof body.method === 'string' ? body.method : '';
}

/** The tool that a call names; undefined where it names none. */
export function toolOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('params' in body)) return undefined;
  const { params } = body;
  return typeof params === 'object' && params !== null && 'name' in params ? params.name : undefined;
}

/** The id of a request, for the answer that refuses it; null where it has none. */
export function messageIdOf(body: unknown): string | number | null {
  if (typeof body !== 'object' || body === null || !('id' in body)) return null;
  return typeof body.id === 'string' || typeof body.id === 'number' ? body.id : null;
}
