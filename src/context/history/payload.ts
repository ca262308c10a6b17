/** The payload of an event as it really came: an old or foreign one may lack what its type promises. */
export type Payload = Readonly<Record<string, unknown>>;

export function payloadOf(value: unknown): Payload {
  return typeof value === 'object' && value !== null ? (value as Payload) : {};
}

/** Default: ''. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

export function textsOf(value: unknown): readonly string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}

export function payloadsOf(value: unknown): readonly Payload[] {
  return listOf(value).map(payloadOf);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
