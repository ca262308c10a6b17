import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TestMailServer } from '../../../test/support/mail-server.ts';
import { resultOf, sendTo } from '../../../test/support/mail-step.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';

let server: TestMailServer;

beforeAll(async () => {
  server = await TestMailServer.start();
});

afterEach(() => {
  server.received.length = 0;
  server.refuse = () => null;
  server.isSilent = false;
});

afterAll(() => server[Symbol.asyncDispose]());

describe('a mail server that does not take a mail (JB-9)', () => {
  it('that refuses a recipient is not asked again, and nobody was sent it [JB-9]', async () => {
    server.refuse = (what) => (what === 'gone@example.com' ? { code: 550, text: 'no such user here' } : null);
    const ran = await sendTo(server.port, { to: ['ann@example.com', 'gone@example.com'] });
    expect(ran).toMatchObject({
      ok: false,
      error: { code: 'JOBS_MAIL_REFUSED', retryable: false, message: expect.stringMatching(/gone@example\.com: 550/) },
    });
    expect(server.received).toEqual([]);
    expect(await sendTo(server.port, { to: 'gone@example.com' })).toMatchObject({
      error: { code: 'JOBS_MAIL_REFUSED' },
    });
  });

  it('that wants it later is asked again, all recipients or none (greylisting) [JB-9]', async () => {
    server.refuse = (what) => (what === 'b@example.com' ? { code: 450, text: 'come back later' } : null);
    const to = ['a@example.com', 'b@example.com'];
    expect(await sendTo(server.port, { to })).toMatchObject({
      error: { code: 'JOBS_MAIL_FAILED', retryable: true, message: expect.stringContaining('come back later') },
    });
    expect(server.received).toEqual([]);
    server.refuse = () => null;
    expect(resultOf(await sendTo(server.port, { to })).accepted).toEqual(to);
    expect(server.received).toHaveLength(1);
  });

  it.each([
    [552, false],
    [452, true],
  ])('with %i after the mail itself may be tried again: %p [JB-9]', async (code, retryable) => {
    server.refuse = (what) => (what === '.' ? { code, text: 'no room' } : null);
    expect(await sendTo(server.port, {})).toMatchObject({
      error: { retryable, message: expect.stringContaining('no room') },
    });
  });

  it('that keeps silent is left after SMTP_TIMEOUT_MS, and at once when the step is aborted [JB-9]', async () => {
    server.isSilent = true;
    const environment = { SMTP_TIMEOUT_MS: '150' };
    expect(await sendTo(server.port, {}, { environment })).toMatchObject({
      error: { code: 'JOBS_MAIL_FAILED', retryable: true },
    });
    expect(await sendTo(server.port, {}, { timeoutMs: 100 })).toMatchObject({ error: { code: 'JOBS_STEP_TIMEOUT' } });
    const abort = new AbortController();
    const sending = sendTo(server.port, {}, { signal: abort.signal });
    abort.abort(new Error('cancelled'));
    await expect(sending).rejects.toThrow('cancelled');
  });

  it('that drops the connection, is no mail server, or is not there may be tried again [JB-9]', async () => {
    const greetings: readonly ((socket: Socket) => void)[] = [
      (socket) => socket.destroy(),
      (socket) => socket.end('421 too busy\r\n'),
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      (socket) => socket.write('220 hello\r\n', () => socket.destroy()),
    ];
    let port = 0;
    for (const greet of greetings) {
      await using dropping = await listening(greet);
      ({ port } = dropping);
      expect(await sendTo(port, {})).toMatchObject({ error: { code: 'JOBS_MAIL_FAILED', retryable: true } });
    }
    expect(await sendTo(port, {})).toMatchObject({
      error: { retryable: true, message: expect.stringContaining(`127.0.0.1:${port}`) },
    });
  });
});

const login = { user: 'taskloom', password: 'p@ss/wörd' };
const withLogin = (port: number, password = login.password, host = '127.0.0.1') =>
  `smtp://taskloom:${encodeURIComponent(password)}@${host}:${port}`;

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const withOpenssl = hasOpenssl ? it : it.skip;

describe('the way to the mail server (JB-9)', () => {
  it('is encrypted and logged in to where the server of this machine offers it [JB-9]', async () => {
    await using secured = await TestMailServer.start({ login });
    const environment = { SMTP_URL: withLogin(secured.port) };
    resultOf(await sendTo(secured.port, {}, { environment }));
    expect(secured.received).toEqual([expect.objectContaining({ secure: true, user: 'taskloom' })]);
  });

  it('does not go on with a wrong password, which is repeated nowhere [JB-9]', async () => {
    await using secured = await TestMailServer.start({ login });
    const ran = await sendTo(secured.port, {}, { environment: { SMTP_URL: withLogin(secured.port, 'swordfish') } });
    expect(ran).toMatchObject({
      error: { code: 'JOBS_MAIL_REFUSED', retryable: false, message: expect.stringContaining('(535)') },
    });
    expect(JSON.stringify(ran)).not.toContain('swordfish');
  });

  withOpenssl('is not taken without a valid certificate where TLS is required, and is with one [JB-9]', async () => {
    using certificate = selfSigned();
    const { key, cert } = certificate;
    await using secured = await TestMailServer.start({ login, key, cert });
    const environment = { SMTP_URL: withLogin(secured.port), SMTP_TLS: 'required' };
    expect(await sendTo(secured.port, {}, { environment })).toMatchObject({
      error: { code: 'JOBS_MAIL_REFUSED', message: expect.stringContaining('certificate is not valid') },
    });
    expect(secured.received).toEqual([]);
    certificate.trust();
    resultOf(await sendTo(secured.port, {}, { environment }));
    await using wrapped = await TestMailServer.start({ login, key, cert, secure: true });
    const url = withLogin(wrapped.port).replace('smtp:', 'smtps:');
    resultOf(await sendTo(wrapped.port, {}, { environment: { SMTP_URL: url, SMTP_TLS: 'required' } }));
    expect([...secured.received, ...wrapped.received].map(({ secure, user }) => [secure, user])).toEqual([
      [true, 'taskloom'],
      [true, 'taskloom'],
    ]);
  });

  it('is not taken where TLS is required and the server has none, and is where it was switched off [JB-9]', async () => {
    expect(await sendTo(server.port, {}, { environment: { SMTP_TLS: 'required' } })).toMatchObject({
      error: { code: 'JOBS_MAIL_REFUSED', message: expect.stringContaining('SMTP_TLS=off') },
    });
    await using open = await TestMailServer.start({ login, allowInsecureAuth: true });
    const environment = { SMTP_URL: withLogin(open.port), SMTP_TLS: 'off' };
    resultOf(await sendTo(open.port, {}, { environment }));
    expect(open.received).toEqual([expect.objectContaining({ secure: false, user: 'taskloom' })]);
  });

  it('is not gone without the login that was configured [JB-9]', async () => {
    const environment = { SMTP_URL: withLogin(server.port) };
    expect(await sendTo(server.port, {}, { environment })).toMatchObject({
      error: { code: 'JOBS_MAIL_REFUSED', message: expect.stringContaining('takes no user and password') },
    });
  });
});

async function listening(onConnection: (socket: Socket) => void): Promise<{ port: number } & AsyncDisposable> {
  const dropping: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => dropping.listen(0, '127.0.0.1', resolve));
  const { port } = dropping.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => dropping.close(() => resolve())),
  };
}

/** A certificate for this machine that nobody trusts until the test says so. */
function selfSigned(): { key: string; cert: string; trust(): void } & Disposable {
  const directory = temporaryDirectory();
  const [keyPath, certPath] = ['key.pem', 'cert.pem'].map((name) => join(directory.path, name)) as [string, string];
  const subject = ['-subj', '/CN=mail', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const kind = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', keyPath, '-out', certPath];
  execFileSync('openssl', [...kind, ...subject], { stdio: 'ignore' });
  const [key, cert] = [readFileSync(keyPath, 'utf8'), readFileSync(certPath, 'utf8')];
  const trusted = getCACertificates('default');
  return {
    key,
    cert,
    trust: () => setDefaultCACertificates([...trusted, cert]),
    [Symbol.dispose]() {
      setDefaultCACertificates(trusted);
      directory[Symbol.dispose]();
    },
  };
}
