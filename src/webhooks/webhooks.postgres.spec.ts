import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { testConfiguration } from '../../test/support/configuration.ts';
import { until } from '../../test/support/orchestrator-bench.ts';
import { describeOnPostgres, temporaryPostgres } from '../../test/support/postgres.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { WebhookReceiver } from '../../test/support/webhook-receiver.ts';
import { PostgresEventStore } from '../events/index.ts';
import { PostgresDatabase } from '../storage/index.ts';
import { WebhookTable } from './webhook-table.ts';
import { newWebhookId, WebhooksService } from './webhooks.service.ts';

const by = 'test';

Logger.overrideLogger(false);

describeOnPostgres('webhooks of several instances on one database (PL-9)', () => {
  const closing: (() => PromiseLike<unknown> | void)[] = [];
  /** As the instances see each other. */
  const live = new Set<string>();
  let url: string;
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    const place = await temporaryPostgres();
    receiver = await WebhookReceiver.start();
    closing.push(
      () => place[Symbol.asyncDispose](),
      () => receiver[Symbol.asyncDispose](),
    );
    url = place.url;
    live.clear();
  });

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function start(instanceId: string) {
    const directory = temporaryDirectory();
    const configuration = testConfiguration({
      DATA_DIR: directory.path,
      WEBHOOK_SECRET_KEY: 'a text of at least thirty-two bytes',
      WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
      WEBHOOK_RETRY_MS: '60000',
    });
    const database = await PostgresDatabase.open({ url });
    const events = await PostgresEventStore.open({ database });
    const source = { directory: directory.path, secretKey: configuration.WEBHOOK_SECRET_KEY };
    const table = await WebhookTable.open(database, source, instanceId);
    const webhooks = new WebhooksService(events, table, { liveInstances: () => Promise.resolve(live) }, configuration);
    live.add(instanceId);
    await webhooks.onApplicationBootstrap();
    /** As a process does that is killed: nothing is left to anybody. */
    const kill = async () => {
      await events.close();
      await database.close();
      await webhooks.onModuleDestroy();
    };
    closing.push(
      () => directory[Symbol.dispose](),
      kill,
      () => webhooks.onModuleDestroy(),
    );
    return { webhooks, events, table, kill };
  }

  const add = ({ webhooks }: Awaited<ReturnType<typeof start>>, eventTypes = ['TASK_PAUSED']) =>
    webhooks.create({ url: receiver.url, eventTypes }, { id: newWebhookId(), by });
  const pause = async ({ events }: Awaited<ReturnType<typeof start>>, stream: string) => {
    const [event] = await events.append(stream, [
      { eventType: 'TASK_PAUSED', data: { code: 'USER', reason: 'lunch', by } },
    ]);
    return event?.eventId ?? '';
  };
  const ids = () => receiver.received.map(({ id }) => id);

  it('are sent by one of them, each event once and in order, whoever appends it', async () => {
    const [one, two] = [await start('one'), await start('two')];
    const { id } = await add(one);
    const sent: string[] = [];
    for (let index = 0; index < 10; index++) sent.push(await pause(index % 2 === 0 ? one : two, `s${index}`));
    await until(async () => (await two.webhooks.deliveries(id)).deliveries.length === 10);
    await one.webhooks.onModuleDestroy();
    sent.push(await pause(two, 'last'));
    await until(() => receiver.received.length >= 11);
    expect(ids()).toEqual(sent);
  });

  it('are gone on with by another one when theirs is killed in the middle of sending, under the same ids', async () => {
    const [one, two] = [await start('one'), await start('two')];
    await add(one);
    const sent = [await pause(one, 'a')];
    await until(() => receiver.received.length === 1);
    receiver.answer = null;
    sent.push(await pause(one, 'b'), await pause(two, 'c'));
    await until(() => receiver.received.length === 2);
    receiver.answer = { status: 200 };
    await one.kill();
    live.delete('one');
    await until(() => ids().includes(sent[2] ?? ''));
    expect(ids()).toEqual([sent[0], sent[1], sent[1], sent[2]]);
  });

  it('are nothing any more to one that was silent for long and comes back', async () => {
    const [one, two] = [await start('one'), await start('two')];
    const { id } = await add(one);
    receiver.answer = null;
    const first = await pause(one, 'a');
    await until(() => receiver.received.length === 1);
    // Before another one takes over: it sends at once.
    receiver.answer = { status: 200 };
    live.delete('one');
    await until(async () => (await two.table.owners())[0]?.owner === 'two');
    live.add('one');
    const second = await pause(one, 'b');
    await until(() => ids().includes(second));
    expect(ids()).toEqual([first, first, second]);
    expect(await two.webhooks.get(id)).toMatchObject({ status: 'active' });
  });

  it('are resumed and removed at any of them', async () => {
    const [one, two] = [await start('one'), await start('two')];
    const failing = await add(one);
    receiver.answer = { status: 500 };
    const event = await pause(two, 'a');
    await until(async () => (await two.webhooks.get(failing.id)).status === 'failing');
    receiver.answer = { status: 200 };
    await two.webhooks.resume(failing.id, by);
    await until(async () => (await one.webhooks.get(failing.id)).status === 'active' && ids().length === 2);
    expect(ids()).toEqual([event, event]);
    receiver.answer = { status: 410 };
    const next = await pause(two, 'b');
    await until(async () => (await two.webhooks.get(failing.id)).status === 'disabled');
    receiver.answer = { status: 200 };
    await two.webhooks.resume(failing.id, by);
    await until(() => ids().length === 4);
    expect(ids().slice(2)).toEqual([next, next]);
    await one.webhooks.remove(failing.id, by);
    await pause(one, 'c');
    await until(async () => (await two.table.owners()).length === 0);
    expect(ids()).toHaveLength(4);
  });
});
