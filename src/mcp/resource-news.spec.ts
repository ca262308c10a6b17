import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServerEvent } from '@modelcontextprotocol/server';
import type { EventDraft } from '../events/index.ts';
import '../tasks/index.ts';
import { type EventLog, eventLog } from '../../test/support/event-log.ts';
import { eventually } from '../../test/support/rest.ts';
import { storedEvent } from '../../test/support/stored-event.ts';
import { newsOf, ResourceNews } from './resource-news.ts';

const guidance: EventDraft = { eventType: 'USER_INTERVENTION', data: { guidance: 'go on', by: 'test' } };

let log: EventLog;
beforeAll(async () => {
  log = await eventLog();
});
afterAll(() => log.close());

describe('news of resources [MCP-2]', () => {
  it('name what an event makes worth reading again, each once', () => {
    const file = { path: 'src/a b.js', content: '', role: 'source' as const };
    const code: EventDraft = {
      eventType: 'CODE_GENERATED',
      data: { module: file.path, files: [file], codeHash: '', callId: null },
    };
    const plan: EventDraft = { eventType: 'PLAN_APPROVED', data: { planHash: '', by: 'test' } };
    const batch = [storedEvent(1), storedEvent(2, {}, code), storedEvent(3, {}, plan)];
    expect(newsOf(batch).map((event) => ('uri' in event ? event.uri : event.kind))).toEqual([
      'taskloom://tasks',
      'taskloom://tasks/task',
      'taskloom://tasks/task/events',
      'taskloom://tasks/task/files',
      'taskloom://tasks/task/files/src/a%20b.js',
      'taskloom://tasks/task/plan',
    ]);
  });

  it('come to every listener after it has begun to listen, and nothing runs for nobody', async () => {
    const news = new ResourceNews(log.events, (error) => {
      throw error;
    });
    await log.events.append('before', [guidance]);
    const heard: ServerEvent[][] = [[], []];
    const leave = heard.map((kept) => news.subscribe((event) => void kept.push(event)));
    const uris = (kept: ServerEvent[] = []) => kept.flatMap((event) => ('uri' in event ? [event.uri] : []));
    await eventually(
      async () => {
        await log.events.append('after', [guidance]);
        return heard.map(uris);
      },
      (all) => all.every((each) => each.includes('taskloom://tasks/after')),
    );
    expect(uris(heard[0])).not.toContain('taskloom://tasks/before');

    leave[0]?.();
    leave[0]?.();
    expect(news.isFollowing).toBe(true);
    leave[1]?.();
    expect(news.isFollowing).toBe(false);
  });
});
