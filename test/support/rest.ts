/** What the tests say to the REST door, without the project's own client: as any other program would. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface WireEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly streamSequence: number;
  readonly sequenceNumber: number;
  readonly codeVersion: number;
  readonly data: Record<string, unknown>;
}

export async function request<T = Record<string, unknown>>(
  method: string,
  url: string,
  body?: unknown,
): Promise<Answer<T>> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : null) as T };
}

/** All events of a task, page by page. */
export async function eventsOf(url: string, taskId: string): Promise<readonly WireEvent[]> {
  const all: WireEvent[] = [];
  for (;;) {
    const after = all.at(-1)?.streamSequence ?? 0;
    const page = await request<{ events: WireEvent[] }>(
      'GET',
      `${url}/tasks/${encodeURIComponent(taskId)}/events?afterSequence=${after}&limit=500`,
    );
    if (page.status !== 200) throw new Error(`events of ${taskId}: ${page.status}`);
    all.push(...page.body.events);
    if (page.body.events.length < 500) return all;
  }
}

/** Asks again and again until the answer is as wanted; fails with the last one after the time. */
export async function eventually<T>(
  ask: () => Promise<T>,
  wanted: (answer: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask().catch((error: unknown) => error as T);
    if (!(answer instanceof Error) && wanted(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(
        `not as wanted within ${withinMs} ms: ${JSON.stringify(answer)?.slice(0, 2000)} ${String(answer)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const finished = new Set(['completed', 'failed', 'cancelled']);

/** The task once it is over. */
export async function outcomeOf(url: string, taskId: string, withinMs = 60_000): Promise<Record<string, unknown>> {
  const { body } = await eventually(
    () => request('GET', `${url}/tasks/${encodeURIComponent(taskId)}`),
    (answer) => finished.has(String(answer.body.status)),
    withinMs,
  );
  return body;
}
