import { Box, Text, useApp, useInput, useWindowSize } from 'ink';
import { createElement as element, type ReactNode, useSyncExternalStore } from 'react';
import type { Task } from '../../client/index.ts';
import type { Tone } from '../live-lines.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import type { TopFeed } from './top-feed.ts';
import { type Key, KEYS_HELP, meaningOf } from './top-keys.ts';
import { type EventLine, selectedTask, shownTasks, type TopState, windowOf } from './top-state.ts';

type TextStyle = Parameters<typeof Text>[0];

const tones: Readonly<Record<Tone, TextStyle>> = {
  plain: {},
  strong: { bold: true },
  good: { color: 'green' },
  bad: { color: 'red' },
  dim: { dimColor: true },
};

const statusTones: Readonly<Partial<Record<Task['status'], Tone>>> = {
  completed: 'good',
  failed: 'bad',
  cancelled: 'dim',
  running: 'strong',
};

const standings = {
  none: ' connecting …',
  connected: ' connected',
  lost: ' lost, trying again …',
  reconnecting: ' lost, trying again …',
  refused: ' waiting for a free connection …',
} as const;

/** Lines that are always there: head, three titles, footer. */
const FIXED_LINES = 5;

/** The whole screen. Keys steer it; it ends by `q`, Escape or Ctrl-C. */
export function TopScreen({ feed }: { readonly feed: TopFeed }): ReactNode {
  const state = useSyncExternalStore(feed.subscribe, feed.get);
  const { columns, rows } = useWindowSize();
  const { exit } = useApp();
  useInput((input, key) => {
    const meaning = meaningOf(state, { input, name: nameOf(key) });
    if (meaning === null) return;
    if (meaning.kind === 'quit') exit();
    else if (meaning.kind === 'cancelTask') void feed.cancelTask();
    else if (meaning.kind === 'intervene') void feed.intervene(meaning.guidance);
    else feed.apply(meaning);
  });
  const room = Math.max(3, rows - FIXED_LINES);
  const tasksHeight = Math.max(1, Math.floor(room * 0.35));
  const detailsHeight = Math.max(1, Math.floor(room * 0.3));
  return element(
    Box,
    { flexDirection: 'column', width: columns, height: rows },
    head(state),
    ...tasks(state, tasksHeight),
    ...details(state, detailsHeight),
    ...happenings(state, Math.max(1, room - tasksHeight - detailsHeight)),
    footer(state),
  );
}

function head({ url, connection, health, workers }: TopState): ReactNode {
  const isLost = connection !== null && connection !== 'connected';
  const standing = standings[connection ?? 'none'];
  const queue = health?.parts.workers?.detail ?? 'the server is not well: see /health';
  const busy = workers.reduce((sum, { handling }) => sum + handling, 0);
  return line('head', [
    ['Taskloom ', { bold: true }],
    [printable(url), {}],
    [standing, isLost ? { color: 'red', bold: true } : { color: 'green' }],
    [` · ${printable(queue)} · ${workers.length} message workers, ${busy} busy`, {}],
  ]);
}

function tasks(state: TopState, height: number): readonly ReactNode[] {
  const shown = shownTasks(state);
  const selected = shown.findIndex(({ taskId }) => taskId === state.selectedId);
  const [headings = '', ...rows] = table(
    ['task', 'status', 'done', 'module', 'prompt'],
    windowOf(shown, selected, height - 1).map((task) => [
      printable(task.taskId, 36),
      task.status,
      `${Math.round(task.progress * 100)} %`,
      printable(task.currentModule ?? '', 30),
      printable(task.prompt, 80),
    ]),
  );
  const visible = windowOf(shown, selected, height - 1);
  const lines = rows.map((text, index) => {
    const task = visible[index];
    const isSelected = task?.taskId === state.selectedId;
    const tone = tones[statusTones[task?.status ?? 'created'] ?? 'plain'];
    return line(`task ${index}`, [
      [`${isSelected ? '▶' : ' '} ${text}`, isSelected ? { ...tone, inverse: true } : tone],
    ]);
  });
  const title = `Tasks${state.showsAll ? '' : ', open only'} (${shown.length})`;
  return [heading(title), line('columns', [[`  ${headings}`, { dimColor: true }]]), filled('tasks', lines, height - 1)];
}

function details(state: TopState, height: number): readonly ReactNode[] {
  const task = selectedTask(state);
  if (!task)
    return [heading('Modules'), filled('details', [line('none', [['  no task', { dimColor: true }]])], height)];
  const { why } = state;
  const reason = why && why.waitsFor !== 'nothing' ? [`waits for ${why.waitsFor}: ${why.detail}`] : [];
  const failure = task.error ? [`failed: ${task.error.code}: ${task.error.reason}`] : [];
  const facts = [...reason, ...failure, ...(task.summary === null ? [] : [task.summary])].map((text) =>
    printable(text, 300),
  );
  const modules = table(
    ['module', 'status', 'corrections', 'tests'],
    task.modules.map((module) => [
      module.path,
      module.status,
      String(module.iteration),
      `${module.testsPassed} passed, ${module.testsFailed} failed`,
    ]),
  );
  const lines = [...facts, ...(task.modules.length > 0 ? modules : [])].slice(0, height);
  return [
    heading(`Modules of ${printable(task.taskId, 60)}`),
    filled(
      'details',
      lines.map((text, index) => line(`detail ${index}`, [[`  ${text}`, {}]])),
      height,
    ),
  ];
}

function happenings({ lines, isPaused }: TopState, height: number): readonly ReactNode[] {
  const shown = lines.slice(-height).map((event) => happened(event));
  const none = line('none', [['  nothing yet: what happens from now on stands here', { dimColor: true }]]);
  return [heading(`Events${isPaused ? ', paused' : ''}`), filled('events', shown.length > 0 ? shown : [none], height)];
}

function happened({ key, taskId, timestamp, text, tone, indented }: EventLine): ReactNode {
  const clock = timestamp.slice(11, 19);
  return line(key, [
    [`  ${clock} ${printable(taskId, 20).padEnd(20)} `, { dimColor: true }],
    [`${indented ? '  ' : ''}${text}`, tones[tone]],
  ]);
}

function footer({ question, typed, selectedId, notice }: TopState): ReactNode {
  if (question === 'cancel')
    return line('footer', [[`Cancel ${printable(selectedId ?? '')}? y: yes, any other key: no`, { bold: true }]]);
  if (question === 'guidance')
    return line('footer', [
      ['Guidance: ', { bold: true }],
      [`${printable(typed, 500)}▏`, {}],
    ]);
  return line('footer', [
    [KEYS_HELP, { dimColor: true }],
    [notice === null ? '' : ` · ${printable(notice, 300)}`, {}],
  ]);
}

function heading(text: string): ReactNode {
  return line(text, [[text, { bold: true, underline: true }]]);
}

/** One line of the screen, cut where the screen ends. */
function line(key: string, parts: readonly (readonly [text: string, style: TextStyle])[]): ReactNode {
  const texts = parts.map(([text, style], index) => element(Text, { ...style, key: index }, text));
  return element(Box, { key, height: 1, flexShrink: 0 }, element(Text, { wrap: 'truncate-end' }, ...texts));
}

/** A part of the screen whose height does not change with what it holds. */
function filled(key: string, lines: readonly ReactNode[], height: number): ReactNode {
  return element(Box, { key, flexDirection: 'column', height, flexShrink: 0, overflow: 'hidden' }, ...lines);
}

function nameOf(key: Parameters<Parameters<typeof useInput>[0]>[1]): Key['name'] {
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.pageUp) return 'pageUp';
  if (key.pageDown) return 'pageDown';
  if (key.return) return 'return';
  if (key.escape) return 'escape';
  return key.backspace || key.delete ? 'backspace' : null;
}
