import { expect, it } from '@jest/globals';
import type { EventDraft } from '../events/index.ts';
import type { RefusedAttempt } from '../policy/index.ts';
import { RefusedAttempts } from './refused-attempts.ts';

const attempt = (what: string): RefusedAttempt => {
  return { code: 'ACCESS_ROLE_DENIED', who: 'vic', keyId: 'k', role: 'viewer', door: 'rest', what };
};

function setUp() {
  const told: EventDraft[] = [];
  const events = {
    append: (_stream: string, drafts: readonly EventDraft[]) => Promise.resolve(void told.push(...drafts)),
  };
  let now = 0;
  const refused = new RefusedAttempts(
    events as never,
    () => undefined,
    () => now,
  );
  return { refused, told, later: (ms: number) => (now += ms) };
}

it('tells equal attempts as one with their number [PL-5]', async () => {
  const { refused, told } = setUp();
  for (let index = 0; index < 1000; index++) refused.add(attempt(`route ${index % 2}`));
  await refused.flush();
  expect(told.map(({ data }) => data)).toMatchObject([
    { what: 'route 0', count: 500, untold: 0, who: 'vic', door: 'rest' },
    { what: 'route 1', count: 500, untold: 0 },
  ]);
});

it('tells 100 of a flood and then one a minute, with how many there were besides [PL-5]', async () => {
  const { refused, told, later } = setUp();
  for (let index = 0; index < 100_000; index++) refused.add(attempt(`route ${index}`));
  await refused.flush();
  expect(told).toHaveLength(100);
  expect(told[0]?.data).toMatchObject({ untold: 99_900 });
  for (let second = 0; second < 600; second++) {
    later(1000);
    refused.add(attempt(`again ${second}`));
    await refused.flush();
  }
  expect(told).toHaveLength(110);
  expect(told[100]?.data).toMatchObject({ untold: 59 });
  later(365 * 86_400_000);
  for (let index = 0; index < 1000; index++) refused.add(attempt(`new ${index}`));
  await refused.flush();
  expect(told).toHaveLength(210);
});

it('loses nothing but the attempt where the log cannot be written [PL-5]', async () => {
  const problems: unknown[] = [];
  const broken = { append: () => Promise.reject(new Error('full')) };
  const refused = new RefusedAttempts(broken, (error) => problems.push(error));
  refused.add(attempt('x'));
  await refused.flush();
  expect(problems).toHaveLength(1);
});
