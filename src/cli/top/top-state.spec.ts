import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Task } from '../../client/index.ts';
import { type Key, meaningOf } from './top-keys.ts';
import {
  initialTop,
  reduceTop,
  selectedTask,
  shownTasks,
  type TopAction,
  type TopState,
  windowOf,
} from './top-state.ts';

const task = (taskId: string, status = 'running') => ({ taskId, status }) as Task;
const tasks = (...ids: string[]): TopAction => ({ kind: 'tasks', tasks: ids.map((id) => task(id)) });

function after(...actions: TopAction[]): TopState {
  return actions.reduce(reduceTop, initialTop('http://server'));
}

function press(state: TopState, ...keys: readonly string[]): TopState {
  return keys.reduce<TopState>((now, key) => {
    const named = ['up', 'down', 'return', 'escape', 'backspace'].includes(key);
    const meaning = meaningOf(now, named ? { input: '', name: key as Key['name'] } : { input: key, name: null });
    return meaning && !['quit', 'cancelTask', 'intervene'].includes(meaning.kind)
      ? reduceTop(now, meaning as TopAction)
      : now;
  }, state);
}

describe('the state of the screen', () => {
  it('selects the first task, keeps what is selected when others come, and moves within the list [CLI-3]', () => {
    const state = after(tasks('a', 'b', 'c'));
    expect(state.selectedId).toBe('a');
    expect(press(state, 'down', 'j', 'down', 'down').selectedId).toBe('c');
    expect(press(state, 'down', 'up', 'k').selectedId).toBe('a');
    const chosen = press(state, 'down');
    expect(reduceTop(chosen, tasks('new', 'a', 'b')).selectedId).toBe('b');
    expect(reduceTop(chosen, tasks('new')).selectedId).toBe('new');
    expect(reduceTop(chosen, tasks()).selectedId).toBeNull();
  });

  it('hides what is over, and selects what is left [CLI-3]', () => {
    const all: TopAction = { kind: 'tasks', tasks: [task('done', 'completed'), task('open')] };
    const open = press(after(all), 'f');
    expect(shownTasks(open).map(({ taskId }) => taskId)).toEqual(['open']);
    expect(open.selectedId).toBe('open');
    expect(shownTasks(press(open, 'f'))).toHaveLength(2);
  });

  it('takes letters for guidance while it is typed, and for keys otherwise [CLI-3]', () => {
    const typing = press(after(tasks('a')), 'i', 'q', 'ü', 'c', 'x', 'backspace');
    expect(typing).toMatchObject({ question: 'guidance', typed: 'qüc' });
    expect(meaningOf(typing, { input: '', name: 'return' })).toEqual({ kind: 'intervene', guidance: 'qüc' });
    expect(press(typing, 'escape')).toMatchObject({ question: null, typed: '' });
    expect(meaningOf(press(after(tasks('a')), 'i', ' '), { input: '', name: 'return' })).toEqual({
      kind: 'leaveQuestion',
    });
    expect(press(after(tasks('a')), 'i', 'two\nlines').typed).toBe('two lines');
    expect(meaningOf(after(), { input: 'q', name: null })).toEqual({ kind: 'quit' });
  });

  it('cancels only after a yes, and asks nothing without a task [CLI-3]', () => {
    const asked = press(after(tasks('a')), 'c');
    expect(asked.question).toBe('cancel');
    expect(meaningOf(asked, { input: 'y', name: null })).toEqual({ kind: 'cancelTask' });
    for (const input of ['n', 'Y', 'q'])
      expect(meaningOf(asked, { input, name: null })).toEqual({ kind: 'leaveQuestion' });
    expect(press(after(), 'c').question).toBeNull();
    expect(press(after(), 'i').question).toBeNull();
  });

  it('stands still while it is paused, and holds no more than 500 lines [CLI-3]', () => {
    const lines = Array.from({ length: 300 }, (_, index) => ({
      key: String(index),
      taskId: 'a',
      timestamp: '',
      text: '',
      tone: 'plain' as const,
    }));
    const happened: TopAction = { kind: 'happened', lines };
    expect(after(happened, happened).lines).toHaveLength(500);
    expect(after(happened, { kind: 'pause' }, happened).lines).toHaveLength(300);
  });

  it('always has a selected task that is shown, whatever is pressed and comes', () => {
    const change = fc.oneof(
      fc
        .record({ ids: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')), isOver: fc.boolean() })
        .map(({ ids, isOver }): TopAction => ({
          kind: 'tasks',
          tasks: ids.map((id, index) => task(id, isOver && index % 2 === 0 ? 'failed' : 'queued')),
        })),
      fc.integer({ min: -3, max: 3 }).map((by): TopAction => ({ kind: 'move', by })),
      fc.constant<TopAction>({ kind: 'filter' }),
    );
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const state = after(...changes);
        expect(selectedTask(state) !== null).toBe(shownTasks(state).length > 0);
      }),
    );
  });
});

describe('the window of a list', () => {
  it('is as high as it may be, and shows the selected one', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(39), fc.integer({ min: 1, max: 20 }), (length, at, height) => {
        const items = Array.from({ length }, (_, index) => index);
        const shown = windowOf(items, at, height);
        expect(shown).toHaveLength(Math.min(length, height));
        if (at < length) expect(shown).toContain(at);
      }),
    );
  });
});
