import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Gathering, type Settled } from './gathering.ts';

/** Groups that are under way until they are ended, each answered with its inputs. */
function underTest() {
  const groups: { readonly inputs: readonly number[]; end(): void; fail(): void }[] = [];
  const work = (inputs: readonly number[]) =>
    new Promise<Settled<string>[]>((resolve, reject) => {
      const end = () => resolve(inputs.map((input) => ({ result: `done ${input}` })));
      groups.push({ inputs, end, fail: () => reject(new Error('broken')) });
    });
  return { groups, gathering: new Gathering(work), sizes: () => groups.map(({ inputs }) => inputs.length) };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('Gathering [EV-22]', () => {
  it('does together what is asked for in one turn, and then what has gathered meanwhile', async () => {
    const { groups, gathering, sizes } = underTest();
    const first = numbers(3).map((input) => gathering.add(input));
    await nextTurn();
    const second = numbers(5).map((input) => gathering.add(input));
    await nextTurn();
    expect(sizes()).toEqual([3]);
    groups[0]?.end();
    expect(await Promise.all(first)).toEqual(['done 0', 'done 1', 'done 2']);
    await nextTurn();
    expect(sizes()).toEqual([3, 5]);
    groups[1]?.end();
    await Promise.all(second);
  });

  it('halves what many ask for, so that one half is under way while the other is answered', async () => {
    const { groups, gathering, sizes } = underTest();
    const all = numbers(400).map((input) => gathering.add(input));
    await nextTurn();
    expect(sizes()).toEqual([200, 200]);
    groups[0]?.end();
    await Promise.all(all.slice(0, 200));
    const again = numbers(200).map((input) => gathering.add(input));
    await nextTurn();
    expect(sizes()).toEqual([200, 200, 200]);
    for (const group of groups) group.end();
    expect(groups.slice(0, 2).flatMap(({ inputs }) => inputs)).toEqual(numbers(400));
    await Promise.all([...all, ...again]);
  });

  it('has never more than two groups under way', async () => {
    const { groups, gathering, sizes } = underTest();
    const first = numbers(400).map((input) => gathering.add(input));
    await nextTurn();
    const second = numbers(3000).map((input) => gathering.add(input));
    await nextTurn();
    expect(sizes()).toEqual([200, 200]);
    const settled = gathering.settled();
    for (let ended = 0; ended < groups.length; ended++) {
      groups[ended]?.end();
      await nextTurn();
    }
    await settled;
    expect(Math.max(...sizes())).toBe(1000);
    await Promise.all([...first, ...second]);
  });

  it('fails a group as a whole when its work fails, and goes on with the next', async () => {
    const { groups, gathering } = underTest();
    const first = gathering.add(1);
    await nextTurn();
    const second = gathering.add(2);
    groups[0]?.fail();
    await expect(first).rejects.toThrow('broken');
    await nextTurn();
    groups[1]?.end();
    await expect(second).resolves.toBe('done 2');
    await gathering.settled();
  });
});
