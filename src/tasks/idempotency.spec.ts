import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { describeOnEachDatabase, type TestDatabase } from '../../test/support/each-database.ts';
import { IdempotencyKeys, isRepetition, type Once } from './idempotency.ts';
import { IdempotencyKeyReusedError } from './tasks.errors.ts';

const TTL_MS = 60_000;
const once: Once = { idempotencyKey: 'a\0b', scope: 'POST /tasks' };
const request = { prompt: 'x\0' };
const first = { taskId: 'one', outcome: { prompt: '\0 é', steps: [1, null] } };

describeOnEachDatabase('keys that make a request safe to repeat (API-2)', (open) => {
  let place: TestDatabase;
  let keys: IdempotencyKeys;

  beforeEach(async () => {
    place = await open();
    keys = await IdempotencyKeys.open(place.database, { ttlMs: TTL_MS });
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await place.close();
  });

  const remember = (given: Once, outcome = first) =>
    place.database.write(keys.remember(given, request, outcome)).then(
      () => 'remembered',
      (error: unknown) => (isRepetition(error) ? 'repetition' : error),
    );

  it('answer what came of the first request, to the same one in the same scope alone [API-2, EV-27]', async () => {
    const onRepeat = jest.fn();
    expect(await keys.find(once, request)).toBeNull();
    expect(await remember(once)).toBe('remembered');
    expect(await keys.find({ ...once, onRepeat }, request)).toEqual(first);
    expect(onRepeat).toHaveBeenCalledTimes(1);
    await expect(keys.find(once, { prompt: 'y' })).rejects.toThrow(IdempotencyKeyReusedError);
    expect(await keys.find({ ...once, scope: 'POST /jobs' }, request)).toBeNull();
    expect(await keys.find({}, request)).toBeNull();
    expect(keys.remember({}, request, first)).toEqual([]);
  });

  it('stand for one of many requests that come at once, at several instances [API-2, PL-9, EV-27]', async () => {
    const other = await place.another();
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 === 0 ? place.database : other)
          .write(keys.remember(once, request, { ...first, taskId: `${index}` }))
          .then(() => `${index}`, isRepetition),
      ),
    );
    const winners = outcomes.filter((each) => each !== true);
    expect(winners).toHaveLength(1);
    expect((await keys.find(once, request))?.taskId).toBe(winners[0]);
  });

  it('are new ones again when their time is over, and leave nothing behind [API-2, EV-27]', async () => {
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2026, 10, 27));
    const many = Array.from({ length: 120 }, (_, index) =>
      keys.remember({ idempotencyKey: `${index}` }, request, first),
    );
    await Promise.all(many.map((statements) => place.database.write(statements)));
    await remember(once);
    now.mockReturnValue(Date.UTC(2026, 10, 27) + TTL_MS);
    expect(await keys.find(once, request)).toBeNull();
    expect(await remember(once, { ...first, taskId: 'two' })).toBe('remembered');
    expect((await keys.find(once, request))?.taskId).toBe('two');
    await remember({ idempotencyKey: 'another' });
    const rows = place.database.reader<{ idempotency_keys: { key: string } }>().selectFrom('idempotency_keys');
    expect(await rows.select('key').execute()).toHaveLength(2);
  });
});
