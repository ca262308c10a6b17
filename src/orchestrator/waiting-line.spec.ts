import { describe, expect, it } from '@jest/globals';
import { FULL, WaitingLine } from './waiting-line.ts';

/** A room of a given size: an attempt takes a place of it or answers FULL. */
function roomFor(places: number) {
  const entered: string[] = [];
  const room = {
    places,
    entered,
    enter: (name: string) => async () => {
      await Promise.resolve();
      if (room.places === 0) return FULL;
      room.places -= 1;
      entered.push(name);
      return name;
    },
  };
  return room;
}

const never = new AbortController().signal;

describe('WaitingLine', () => {
  it('lets everybody in by order of arrival, as places come free [OR-10]', async () => {
    const line = new WaitingLine();
    const room = roomFor(0);
    const all = ['a', 'b', 'c'].map((name) =>
      line.join(room.enter(name), { submitter: '', waitMs: 5000, signal: never }),
    );
    expect(line.length).toBe(3);
    for (let place = 0; place < 3; place++) {
      room.places += 1;
      line.roomCameFree();
      await all[place];
    }
    expect(room.entered).toEqual(['a', 'b', 'c']);
    expect(line.length).toBe(0);
  });

  it('fills several free places although they were announced once, or while somebody tried [OR-10]', async () => {
    const line = new WaitingLine();
    const room = roomFor(0);
    const all = ['a', 'b', 'c'].map((name) =>
      line.join(room.enter(name), { submitter: '', waitMs: 5000, signal: never }),
    );
    await new Promise(setImmediate);
    room.places = 3;
    line.roomCameFree();
    await Promise.all(all);
    expect(room.entered).toEqual(['a', 'b', 'c']);
  });

  it('lets somebody in who joins just after the last place came free [OR-10]', async () => {
    const line = new WaitingLine();
    line.roomCameFree();
    await expect(line.join(roomFor(1).enter('late'), { submitter: '', waitMs: 5000, signal: never })).resolves.toBe(
      'late',
    );
  });

  it('lets submitters in by turns, each by order of arrival, whatever the length of their lines [OR-5, OR-10]', async () => {
    const line = new WaitingLine();
    const room = roomFor(0);
    const join = (name: string) =>
      line.join(room.enter(name), { submitter: name.charAt(0), waitMs: 5000, signal: never });
    const many = Array.from({ length: 900 }, (_, index) => join(`a${index}`));
    const others = ['b0', 'b1', 'c0'].map(join);
    expect(line.length).toBe(903);
    room.places = 903;
    line.roomCameFree();
    await Promise.all([...many, ...others]);
    expect(room.entered.slice(0, 8)).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'a2', 'a3', 'a4']);
    expect(line.length).toBe(0);
  });

  it('takes the turn from nobody who leaves, and gives it to nobody twice [OR-5]', async () => {
    const line = new WaitingLine();
    const room = roomFor(0);
    const join = (name: string, waitMs = 5000) =>
      line.join(room.enter(name), { submitter: name.charAt(0), waitMs, signal: never });
    const [left, ...stay] = [join('a0', 1), join('b0'), join('a1'), join('b1')];
    await expect(left).resolves.toBe(FULL);
    room.places = 3;
    line.roomCameFree();
    await Promise.all(stay);
    expect(room.entered).toEqual(['a1', 'b0', 'b1']);
  });

  it('goes on with the next when an attempt fails', async () => {
    const line = new WaitingLine();
    const room = roomFor(1);
    const bad = line.join(() => Promise.reject(new Error('duplicate')), { submitter: '', waitMs: 5000, signal: never });
    const good = line.join(room.enter('good'), { submitter: '', waitMs: 5000, signal: never });
    await expect(bad).rejects.toThrow('duplicate');
    await expect(good).resolves.toBe('good');
  });

  it('gives up when the time is over, at once when there is none', async () => {
    const line = new WaitingLine();
    const room = roomFor(0);
    await expect(line.join(room.enter('a'), { submitter: '', waitMs: 0, signal: never })).resolves.toBe(FULL);
    await expect(
      Promise.all(['b', 'c'].map((name) => line.join(room.enter(name), { submitter: '', waitMs: 5, signal: never }))),
    ).resolves.toEqual([FULL, FULL]);
    expect(line.length).toBe(0);
  });

  it('never says that the time is up to somebody who is just getting in', async () => {
    const line = new WaitingLine();
    const inside = Promise.withResolvers<string>();
    const joined = line.join(() => inside.promise, { submitter: '', waitMs: 1, signal: never });
    await new Promise((resolve) => setTimeout(resolve, 20));
    inside.resolve('in');
    await expect(joined).resolves.toBe('in');
  });

  it('sends everybody away when the signal aborts', async () => {
    const line = new WaitingLine();
    const stop = new AbortController();
    const waiting = ['a', 'b'].map((name) =>
      line.join(roomFor(0).enter(name), { submitter: '', waitMs: 5000, signal: stop.signal }),
    );
    const results = Promise.allSettled(waiting);
    stop.abort(new Error('closing'));
    expect((await results).map((result) => result.status)).toEqual(['rejected', 'rejected']);
    await expect(
      line.join(roomFor(1).enter('c'), { submitter: '', waitMs: 5000, signal: stop.signal }),
    ).rejects.toThrow('closing');
    expect(line.length).toBe(0);
  });
});
