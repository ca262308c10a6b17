import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { actingAs, type Actor, actorNow, asNobody, isActor } from './acting.ts';

const ada: Actor = { name: 'ada', proof: 'key', keyId: 'k', role: 'operator', door: 'rest', correlationId: 'c' };
const bob: Actor = { ...ada, name: 'bob' };

it('knows who acts in all that is waited for, each apart from the others [PL-5]', async () => {
  const seen = async () => {
    await nextTurn();
    return actorNow()?.name;
  };
  expect(await Promise.all([actingAs(ada, seen), actingAs(bob, seen), seen()])).toEqual(['ada', 'bob', undefined]);
  expect(await actingAs(ada, () => actingAs(bob, seen))).toBe('bob');
});

it('makes what goes on by itself nobody’s once the work is settled, also where it failed [PL-5]', async () => {
  const seen: (string | undefined)[] = [];
  const goesOn = async () => {
    seen.push(actorNow()?.name);
    await nextTurn();
    seen.push(actorNow()?.name);
  };
  let going: Promise<void> | undefined;
  const settled = actingAs(ada, () => {
    going = goesOn();
    return Promise.reject(new Error('no'));
  });
  await expect(settled).rejects.toThrow('no');
  await going;
  expect(seen).toEqual(['ada', undefined]);
});

it('lets nobody act in what serves everybody [PL-5]', async () => {
  expect(await actingAs(ada, () => asNobody(() => actorNow()))).toBeNull();
  expect(await actingAs(null, () => actorNow())).toBeNull();
});

it.each([
  ['an actor', ada, true],
  [
    'the server itself',
    { ...ada, proof: 'none', keyId: null, role: null, door: 'schedule', correlationId: null },
    true,
  ],
  ['another field', { ...ada, key: 'secret' }, false],
  ['a door that there is not', { ...ada, door: 'window' }, false],
  ['a role that there is not', { ...ada, role: 'king' }, false],
  ['a missing field', { name: 'ada' }, false],
  ['nothing', null, false],
])('tells whether %s is one [PL-5]', (_name, value, is) => {
  expect(isActor(value)).toBe(is);
});
