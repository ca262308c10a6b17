import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestMailServer } from '../support/mail-server.ts';
import { eventually, request } from '../support/rest.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const login = { user: 'taskloom', password: 'sw0rd/fish+of@atlantis' };
const directory = temporaryDirectory();
const heard: string[] = [];
let mail: TestMailServer;
let server: ServerProcess;

beforeAll(async () => {
  mail = await TestMailServer.start({ login });
  server = await ServerProcess.start({
    DATA_DIR: directory.path,
    LLM_PROVIDER: 'delegated',
    LOG_LEVEL: 'debug',
    JOB_BACKOFF_MS: '5',
    SMTP_URL: `smtp://${login.user}:${encodeURIComponent(login.password)}@127.0.0.1:${mail.port}`,
    MAIL_FROM: 'taskloom@example.com',
  });
});

afterAll(async () => {
  await server.kill();
  await mail[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});

async function call(method: string, path: string, body?: unknown) {
  const answer = await request(method, `${server.url}${path}`, body);
  heard.push(JSON.stringify(answer.body));
  return answer;
}

const ended = async (jobId: string) =>
  (
    await eventually(
      () => call('GET', `/jobs/${jobId}`),
      ({ body }) => ['done', 'failed'].includes(String(body.status)),
    )
  ).body;

const sending = (jobId: string) => ({
  jobId,
  tasks: [{ id: 'mail', action: 'send_mail', params: { to: 'ann@example.com', text: 'Once.' } }],
});

describe('a server that is killed while it sends mail (JB-9, OR-16)', () => {
  it('sends it again under the same Message-ID, as it cannot know whether it was taken [JB-9, OR-16]', async () => {
    mail.isSilent = true;
    expect((await call('POST', '/jobs', sending('killed'))).status).toBe(201);
    await eventually(
      () => Promise.resolve(mail.received.length),
      (taken) => taken === 1,
    );
    await server.kill();
    mail.isSilent = false;
    await server.start();
    const { result, status } = await ended('killed');
    expect(status).toBe('done');
    const ids = mail.received.map(({ parsed }) => parsed.messageId);
    expect(ids).toEqual([ids[0], ids[0]]);
    expect(result).toMatchObject({ messageId: ids[0] });
  });
});

describe('the password of the mail server (JB-9, PL-3)', () => {
  it('is found nowhere: not in the log, an event, a file or an answer, even where the mail server repeats it [JB-9, PL-3]', async () => {
    mail.isLocked = true;
    await call('POST', '/jobs', sending('locked'));
    expect(await ended('locked')).toMatchObject({ status: 'failed', error: { code: 'JOBS_MAIL_REFUSED' } });
    for (const path of ['/jobs/locked/events', '/jobs/locked/why', '/dead-letters', '/health']) await call('GET', path);
    await server.kill('SIGTERM');
    const files = readdirSync(directory.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'latin1')] as const);
    const everything = [...files, ['the log', server.printed] as const, ['answers', heard.join('\n')] as const];
    expect(everything.map(([name]) => name)).toContain('taskloom.db');
    const { user, password } = login;
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const forms = [password, encodeURIComponent(password), base64(password), base64(`\0${user}\0${password}`)];
    const found = everything.flatMap(([name, text]) => (forms.some((form) => text.includes(form)) ? [name] : []));
    expect(found).toEqual([]);
    // It was used all the same.
    expect(mail.received.map((each) => each.user)).toEqual([user, user]);
  });
});
