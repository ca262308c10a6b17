import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { BareAgent } from '../support/bare-agent.ts';
import { TestMailServer } from '../support/mail-server.ts';
import { eventually, request, type WireEvent } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const PDF = Buffer.from([0x25, 0x50, 0x44, 0x46, 0, 255]);
/** What the portal answers next: a status, or the PDF. */
let portalStatuses: number[] = [];
let portalCalls = 0;
let portal: Server;
let portalUrl: string;
let mail: TestMailServer;
let server: TestServer;

beforeAll(async () => {
  portal = createServer((_request, response) => {
    portalCalls++;
    const status = portalStatuses.shift() ?? 200;
    response.writeHead(status, { 'content-type': 'application/pdf' }).end(status === 200 ? PDF : '');
  });
  await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
  portalUrl = `http://127.0.0.1:${(portal.address() as AddressInfo).port}`;
  mail = await TestMailServer.start();
  server = await runServer({
    SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    MAIL_FROM: 'taskloom@example.com',
    MAIL_ALLOWED_DOMAINS: 'example.com',
    HTTP_PRIVATE_ADDRESSES: '127.0.0.1',
    JOB_BACKOFF_MS: '5',
  });
});

afterEach(() => {
  mail.received.length = 0;
  mail.refuse = () => null;
  portalStatuses = [];
  portalCalls = 0;
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await mail[Symbol.asyncDispose]();
  portal.closeAllConnections();
  await new Promise((resolve) => portal.close(resolve));
});

const created = async (body: object, url = server.url) => {
  const answer = await request('POST', `${url}/jobs`, body);
  expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
  return String(answer.body.jobId);
};

const ended = async (jobId: string) =>
  (
    await eventually(
      () => request(`GET`, `${server.url}/jobs/${jobId}`),
      ({ body }) => ['done', 'failed'].includes(String(body.status)),
    )
  ).body;

const eventsOf = async (jobId: string) =>
  (await request<{ events: WireEvent[] }>('GET', `${server.url}/jobs/${jobId}/events?limit=200`)).body.events;

const stepsOf = (events: readonly WireEvent[], type: string) =>
  events.filter(({ eventType }) => eventType === type).map(({ data }) => data.step);

describe('mail that jobs send (JB-9, JB-12)', () => {
  it('is sent from plain words [JB-3, JB-9]', async () => {
    const jobId = await created({ request: 'send an email to ann@example.com about the invoice saying it is paid' });
    const job = await ended(jobId);
    expect(job).toMatchObject({ status: 'done', intent: 'send_mail' });
    expect(mail.received).toHaveLength(1);
    expect(mail.received[0]).toMatchObject({ from: 'taskloom@example.com', to: ['ann@example.com'] });
    expect(mail.received[0]?.parsed).toMatchObject({
      subject: 'the invoice',
      text: expect.stringMatching(/^it is paid\s*$/),
    });
    expect(job.result).toMatchObject({ messageId: mail.received[0]?.parsed.messageId, accepted: ['ann@example.com'] });
  });

  it('takes along what was downloaded, asked for in plain words over POST /schedule [JB-5, JB-12]', async () => {
    const words = `download ${portalUrl}/invoice.pdf and send it to ann@example.com`;
    const { body } = await request<{ job: { jobId: string } }>('POST', `${server.url}/schedule`, { request: words });
    expect(await ended(body.job.jobId)).toMatchObject({ status: 'done', intent: 'mail_page' });
    const [file] = mail.received[0]?.parsed.attachments ?? [];
    expect(file).toMatchObject({ filename: 'invoice.pdf', contentType: 'application/pdf' });
    expect(file?.content).toEqual(PDF);
  });

  it('takes the other way once a step has failed with all its retries, and the job is done [JB-12]', async () => {
    portalStatuses = [500, 503, 500];
    const tasks = [
      { id: 'portal', action: 'http', params: { url: `${portalUrl}/report.pdf` }, retries: 2 },
      {
        id: 'archive',
        action: 'http',
        params: { url: `${portalUrl}/archive.pdf` },
        dependsOn: [{ step: 'portal', onDone: 'skip', onFailure: 'run' }],
      },
      {
        id: 'send',
        action: 'send_mail',
        params: {
          to: 'ann@example.com',
          attachments: [{ result: '{{steps.portal.result ?? steps.archive.result}}' }],
        },
        dependsOn: [
          { step: 'portal', onFailure: 'run' },
          { step: 'archive', onSkip: 'run' },
        ],
      },
    ];
    const jobId = await created({ tasks });
    expect(await ended(jobId)).toMatchObject({ status: 'done' });
    const events = await eventsOf(jobId);
    expect(stepsOf(events, 'STEP_FAILED')).toEqual(['portal', 'portal', 'portal']);
    expect(stepsOf(events, 'STEP_DONE')).toEqual(['archive', 'send']);
    expect(portalCalls).toBe(4);
    expect(mail.received[0]?.parsed.attachments[0]?.filename).toBe('archive.pdf');

    // The way that works takes no other.
    mail.received.length = 0;
    const straight = await created({ tasks });
    await ended(straight);
    expect(stepsOf(await eventsOf(straight), 'STEP_SKIPPED')).toEqual(['archive']);
    expect(mail.received[0]?.parsed.attachments[0]?.filename).toBe('report.pdf');
  });

  it('is tried again where the server wants it later, and fails at once where it never will [JB-9]', async () => {
    let asked = 0;
    mail.refuse = (what) => (what !== '.' && asked++ < 2 ? { code: 450, text: 'greylisted' } : null);
    const task = { id: 'a', action: 'send_mail', params: { to: 'ann@example.com' } };
    const jobId = await created({ tasks: [task] });
    expect(await ended(jobId)).toMatchObject({ status: 'done' });
    expect(stepsOf(await eventsOf(jobId), 'STEP_FAILED')).toHaveLength(2);
    expect(mail.received).toHaveLength(1);

    mail.refuse = () => ({ code: 550, text: 'no such user' });
    const refused = await created({ tasks: [task] });
    expect(await ended(refused)).toMatchObject({ status: 'failed', error: { code: 'JOBS_MAIL_REFUSED' } });
    expect(stepsOf(await eventsOf(refused), 'STEP_FAILED')).toHaveLength(1);
  });

  it('waits for people who see to whom it goes, with the results of earlier steps filled in [JB-8, JB-9]', async () => {
    const tasks = [
      { id: 'sum', action: 'rpn', params: { expression: '3 4 +' } },
      {
        id: 'a',
        action: 'send_mail',
        approvals: 1,
        params: { to: 'ann@example.com', text: 'It is {{steps.sum.result.value}}' },
        dependsOn: ['sum'],
      },
    ];
    const jobId = await created({ tasks });
    const { body } = await eventually(
      () => request<{ approvals: Record<string, unknown>[] }>('GET', `${server.url}/approvals`),
      (answer) => answer.body.approvals.length === 1,
    );
    const [question] = body.approvals;
    expect(question).toMatchObject({ action: 'send_mail', params: { to: 'ann@example.com', text: 'It is 7' } });
    expect(mail.received).toEqual([]);
    const decision = { decision: 'approve', hash: question?.hash, by: 'ada' };
    await request('POST', `${server.url}/approvals/${String(question?.approvalId)}/decision`, decision);
    expect(await ended(jobId)).toMatchObject({ status: 'done' });
    expect(mail.received[0]?.parsed.text?.trim()).toBe('It is 7');
  });

  it('is refused before the job is taken: to other domains, and where nothing sends mail [JB-9]', async () => {
    const words = { request: 'send an email to ann@elsewhere.example saying hello' };
    const elsewhere = await request('POST', `${server.url}/jobs`, words);
    expect([elsewhere.status, JSON.stringify(elsewhere.body)]).toEqual([
      400,
      expect.stringContaining('MAIL_ALLOWED_DOMAINS'),
    ]);
    await using bare = await runServer();
    const task = { id: 'a', action: 'send_mail', params: { to: 'ann@elsewhere.example' } };
    for (const body of [words, { tasks: [task] }]) {
      const answer = await request('POST', `${bare.url}/jobs`, body);
      expect([answer.status, JSON.stringify(answer.body)]).toEqual([
        400,
        expect.stringContaining('set SMTP_URL and MAIL_FROM, or register an agent'),
      ]);
    }
    // An agent elsewhere may have a server of its own.
    await BareAgent.register(bare.url, 'post', ['send_mail']);
    await created(words, bare.url);
  });
});

describe('what jobs remember (JB-11)', () => {
  it('is kept by one job and found by another [JB-9, JB-11]', async () => {
    const remember = { id: 'a', action: 'remember', params: { text: 'The portal wants the customer number 4711' } };
    expect(await ended(await created({ tasks: [remember] }))).toMatchObject({ status: 'done' });
    const recall = { id: 'a', action: 'recall', params: { query: 'customer number', atLeast: 1 } };
    expect(await ended(await created({ tasks: [recall] }))).toMatchObject({
      status: 'done',
      result: { found: [{ text: remember.params.text }] },
    });
  });
});
