import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OfflineCache } from '../../src/context/index.ts';
import { readConfiguration } from '../../src/kernel/configuration.ts';
import {
  ApprovalExecutor,
  CodeExecutor,
  ContextMemory,
  ExecutorRegistry,
  expectedReplies,
  HttpExecutor,
  MailExecutor,
  matchIntent,
  messageTypes,
  parseMessage,
  Planner,
  readIntents,
  readMailSettings,
  RecallExecutor,
  RememberExecutor,
  RpnExecutor,
  ShortTermMemory,
  TaskGraph,
  toDoSchema,
  validateSteps,
} from '../../src/jobs/index.ts';
import { chooseSandbox } from '../../src/workspace/index.ts';
import { type EventLog, eventLog } from '../support/event-log.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/jobs.md', import.meta.url)), 'utf8');

const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);

/** The first cells of a table under a heading, without its head. */
const firstCells = (heading: string) => {
  const [, section = ''] = page.split(`\n${heading}\n`);
  const [shown = ''] = section.split(/\n#/);
  return [...shown.matchAll(/^\| (`.*?) +\|/gm)].flatMap(([, cell = '']) => cell.match(/[\w]+/g) ?? []);
};

describe('docs/jobs.md', () => {
  let log: EventLog;

  beforeAll(async () => {
    log = await eventLog();
  });

  afterAll(() => log.close());

  const registry = async () => {
    await using sandbox = await chooseSandbox('process', () => undefined).then((made) => ({
      made,
      [Symbol.asyncDispose]: () => made.close(),
    }));
    const { events, database } = log;
    const knowledge = await OfflineCache.open({ events, database, embedder: null, warn: () => undefined });
    const mailed = readMailSettings(readConfiguration({ SMTP_URL: 'smtp://x.example', MAIL_FROM: 'a@x.example' }));
    if ('missing' in mailed) throw new Error('Nothing is missing.');
    const memory = new ContextMemory(new ShortTermMemory(), knowledge, events);
    return new ExecutorRegistry([
      new RpnExecutor(),
      new HttpExecutor(),
      new ApprovalExecutor(),
      new CodeExecutor(sandbox.made),
      new RememberExecutor(memory),
      new RecallExecutor(memory),
      new MailExecutor(mailed),
    ]);
  };

  it('shows steps that can be submitted as they are, and a message that can be sent [PL-10, JB-2, JB-1]', async () => {
    const [steps, fallback, message, ...others] = blocks('json').map((text) => JSON.parse(text) as unknown);
    expect(others).toEqual([]);
    validateSteps(TaskGraph.read(steps), await registry());
    validateSteps(TaskGraph.read(fallback), await registry());
    expect(parseMessage(message).type).toBe('done');
  });

  it('shows intents that can be used as they are [PL-10, JB-3]', async () => {
    const [yaml = ''] = blocks('yaml');
    const intents = readIntents(yaml);
    const request = "What's the weather in New York on Friday?";
    const routed = matchIntent(intents, request);
    expect(routed).toMatchObject({ intent: 'weather', slots: { place: 'New York', day: 'Friday' } });
    const graph = await new Planner({ intents, ask: null, actions: [] }).plan(routed, request);
    expect(graph.get('ask')?.params.url).toBe('https://weather.example/?q=New%20York&day=Friday');
  });

  it('lists every field of a step, every action and every type of message, and no other [PL-10, JB-9]', async () => {
    expect(firstCells('## Steps').sort()).toEqual(Object.keys(toDoSchema.shape).sort());
    expect(firstCells('## Actions').sort()).toEqual((await registry()).actions.map(({ name }) => name).sort());
    const types = firstCells('## Messages between agents');
    expect(types.sort()).toEqual([...messageTypes].sort());
    for (const [type, replies] of Object.entries(expectedReplies)) {
      const row = page
        .split('\n')
        .find((line) => new RegExp(`^\\| .*\`${type}\`.*\\|.*\\|`).test(line) && !/^\| rule/.test(line));
      const last = row?.split('|').at(-2) ?? '';
      expect([type, (last.match(/[a-z]+/g) ?? []).sort()]).toEqual([type, [...replies].sort()]);
    }
  });
});
