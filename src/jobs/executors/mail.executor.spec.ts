import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { TestMailServer } from '../../../test/support/mail-server.ts';
import {
  configurationOf,
  type Params,
  problemsOf,
  resultOf,
  sendTo,
  settingsOf,
} from '../../../test/support/mail-step.ts';
import type { Json } from '../../kernel/json.ts';
import { composeMail } from '../mail/compose-mail.ts';
import { mailParams } from '../mail/mail-params.ts';
import { readMailSettings } from '../mail/mail-settings.ts';

let server: TestMailServer;

beforeAll(async () => {
  server = await TestMailServer.start();
});

afterEach(() => {
  server.received.length = 0;
  server.asked.length = 0;
});

afterAll(() => server[Symbol.asyncDispose]());

describe('a send_mail step (JB-9)', () => {
  it('hands the mail to the server and answers what became of it [JB-9]', async () => {
    const params = {
      to: 'ann@example.com, Bob@Example.COM',
      cc: ['carl@müller.example'],
      bcc: ['eve@example.com', 'ann@example.com'],
      replyTo: 'desk@example.com',
      subject: 'Rechnung für März ✓',
      text: '.\r\n..Zeile\nEnde',
      html: '<p>Ende</p>',
      attachments: [{ filename: 'a.json', content: { sum: 7 }, encoding: 'json' }],
    };
    const result = resultOf(await sendTo(server.port, params));
    expect(result).toMatchObject({
      from: 'taskloom@example.com',
      accepted: ['ann@example.com', 'Bob@example.com', 'carl@xn--mller-kva.example', 'eve@example.com'],
      response: expect.stringMatching(/^250 .*kept/),
    });
    const [mail] = server.received;
    const to = ['ann@example.com', 'Bob@example.com', 'carl@müller.example', 'eve@example.com'];
    expect(mail).toMatchObject({ from: 'taskloom@example.com', to });
    expect(mail?.parsed).toMatchObject({
      messageId: result.messageId,
      subject: params.subject,
      text: '.\n..Zeile\nEnde\n'.trimEnd(),
      html: params.html,
    });
    expect(mail?.parsed.replyTo?.text).toBe('desk@example.com');
    expect(mail?.parsed.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail?.raw).not.toMatch(/eve@|bcc/i);
    expect(mail?.parsed.attachments.map(({ filename, content }) => [filename, content.toString()])).toEqual([
      ['a.json', '{"sum":7}'],
    ]);
    expect(Number(result.bytes)).toBe(mail?.raw.length);
  });

  it('has one Message-ID for a job and step however often it is tried, and another for another mail [JB-9]', async () => {
    const idOf = async (params: Params, jobId: string) =>
      resultOf(await sendTo(server.port, params, { jobId })).messageId;
    const first = await idOf({ text: 'a' }, 'one');
    expect(await idOf({ text: 'a' }, 'one')).toBe(first);
    expect(new Set([first, await idOf({ text: 'a' }, 'two'), await idOf({ text: 'b' }, 'one')]).size).toBe(3);
    expect(first).toMatch(/^<[0-9a-f]{40}@example\.com>$/);
  });

  it('attaches what an http step fetched, and the files that a code step collected [JB-9, JB-12]', async () => {
    const pdf = Buffer.from([0x25, 0x50, 0x44, 0x46, 0, 255, 128]);
    const web = {
      status: 200,
      url: 'https://portal.example/files/report%20May.pdf?key=1',
      headers: { 'content-type': 'application/pdf' },
      body: pdf.toString('base64'),
      encoding: 'base64',
    };
    const code = { exitCode: 0, stdout: '', stderr: '', output: null, files: { 'out/a.csv': '1;2', 'b.txt': 'ü' } };
    const named = { ...web, headers: { 'content-disposition': 'attachment; filename="../../etc/invoice.pdf"' } };
    await sendTo(server.port, { attachments: [{ result: web }, { result: code }, { result: named }] });
    const files = server.received[0]?.parsed.attachments ?? [];
    expect(files.map(({ filename, contentType }) => [filename, contentType])).toEqual([
      ['report May.pdf', 'application/pdf'],
      ['a.csv', 'text/csv'],
      ['b.txt', 'text/plain'],
      ['invoice.pdf', 'application/pdf'],
    ]);
    expect(files[0]?.content).toEqual(pdf);
    expect(files[2]?.content.toString()).toBe('ü');
  });

  it('is refused before the job is taken where it names files of the machine, or nothing to attach [JB-9]', () => {
    const attached = (file: Json) => problemsOf({ to: 'ann@example.com', attachments: [file] }).join();
    expect(attached({ path: '/etc/passwd' })).toContain('attachments[0].path is no field here');
    expect(attached({ href: 'file:///etc/passwd' })).toContain('href is no field here');
    expect(attached({ filename: 'a' })).toContain('give either content or result');
    expect(attached({ filename: '../a', content: '' })).toContain('without slashes');
    expect(attached({ filename: 'a', content: 'no base64!', encoding: 'base64' })).toContain('give base64');
    expect(attached({ result: { anything: 1 } })).toContain('the whole result of an http step');
    // What a step before will answer is not known yet.
    expect(attached({ result: '{{steps.first.result}}' })).toBe('');
  });

  it('reads no file even where a text looks like one [JB-9]', async () => {
    const text = 'file:///etc/passwd';
    await sendTo(server.port, { text, html: text, attachments: [{ filename: 'passwd', content: '/etc/passwd' }] });
    expect(server.received[0]?.raw).not.toContain('root:');
    expect(server.received[0]?.parsed.attachments[0]?.content.toString()).toBe('/etc/passwd');
  });

  it('takes addresses and nothing else, in lists too, and says where a wrong one stands [JB-9]', () => {
    const wrong = ['ann', 'ann@', '@example.com', 'a b@example.com', 'ann@example.com\r\nBcc: eve@example.com'];
    const more = ['Ann <ann@example.com>', 'a..b@example.com', `${'a'.repeat(65)}@example.com`, 'ann@-x.example'];
    for (const address of [...wrong, ...more]) {
      expect(problemsOf({ to: ['ok@example.com', address] })).toEqual([
        expect.stringMatching(/params\.to\[1\] .*give an address such as ann@example\.com/),
      ]);
      expect(problemsOf({ to: 'ok@example.com', replyTo: address })).toHaveLength(1);
    }
    expect(problemsOf({ to: [] }).join()).toContain('give at least one address');
    expect(problemsOf({ subject: 'x' }).join()).toContain('to is missing');
    expect(problemsOf({ to: '{{steps.first.result.body.email}}' })).toEqual([]);
  });

  it('puts nothing into the head of a mail that a value brings along [JB-9]', async () => {
    const limits = settingsOf({ SMTP_URL: 'smtp://x.example' });
    const schema = mailParams(limits);
    const ends = fc.constantFrom('\r\n', '\n', '\r', '\u2028', '');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 100 }), ends, async (text, end) => {
        const injected = `${text}${end}X-Injected: yes`;
        const attachments = [{ filename: injected, content: injected }];
        const whole = schema.safeParse({ to: 'ann@example.com', subject: injected, text: injected, attachments });
        const { data } = whole.success ? whole : schema.safeParse({ to: 'ann@example.com', text: injected });
        if (!data) throw new Error('A text may hold anything.');
        const { replyTo = null, html = null, ...rest } = data;
        const mail = await composeMail({ ...rest, replyTo, html, from: limits.from, name: 'x' });
        const parsed = await simpleParser(mail);
        expect(parsed.headers.has('x-injected')).toBe(false);
        for (const { headers } of parsed.attachments) expect(headers.has('x-injected')).toBe(false);
        if (whole.success) expect(parsed.subject).toBe(injected.trim());
      }),
      { numRuns: 25 },
    );
    expect(problemsOf({ to: 'ann@example.com', subject: 'a\r\nX-Injected: yes' }).join()).toContain('give one line');
    const attachments = [{ filename: 'a"; x="\u0301.txt', content: '', contentType: 'text/plain\r\nX-Injected: yes' }];
    expect(problemsOf({ to: 'ann@example.com', attachments }).join()).toContain('application/pdf');
  });

  it('goes only where MAIL_ALLOWED_DOMAINS lets it, also with addresses that a result brings [JB-9]', async () => {
    const environment = { MAIL_ALLOWED_DOMAINS: 'example.com, *.example.org' };
    const allowed = { to: ['a@example.com', 'b@EXAMPLE.com', 'c@mail.example.org'] };
    expect(problemsOf(allowed, environment)).toEqual([]);
    for (const address of ['a@example.org', 'a@evilexample.com', 'a@example.com.evil', 'a@sub.example.com']) {
      expect(problemsOf({ to: 'a@example.com', bcc: address }, environment).join()).toContain('MAIL_ALLOWED_DOMAINS');
    }
    const late = await sendTo(server.port, { to: 'a@elsewhere.example' }, { environment });
    expect(late).toMatchObject({
      ok: false,
      error: { retryable: false, message: expect.stringContaining('elsewhere') },
    });
    expect(server.asked).toEqual([]);
  });

  it('has limits on recipients and size, which name their settings [JB-9]', async () => {
    const environment = { MAIL_MAX_RECIPIENTS: '2', MAIL_MAX_BYTES: '2000' };
    const to = ['a@example.com', 'b@example.com'];
    expect(problemsOf({ to, cc: ['b@example.com'] }, environment)).toEqual([]);
    expect(problemsOf({ to, cc: ['c@example.com'] }, environment).join()).toContain('MAIL_MAX_RECIPIENTS');
    expect(problemsOf({ to, text: 'x'.repeat(2001) }, environment).join()).toContain('MAIL_MAX_BYTES');
    // With its head and base64 it is larger than what was given.
    const ran = await sendTo(server.port, { text: 'ü'.repeat(900) }, { environment });
    expect(ran).toMatchObject({ ok: false, error: { message: expect.stringContaining('MAIL_MAX_BYTES') } });
    expect(server.received).toEqual([]);
  });

  it('is configured by SMTP_URL and MAIL_FROM, and says which of them is missing [JB-9]', () => {
    expect(readMailSettings(configurationOf({}))).toEqual({ missing: ['SMTP_URL', 'MAIL_FROM'] });
    expect(readMailSettings(configurationOf({ SMTP_URL: 'smtp://x.example' }))).toEqual({ missing: ['MAIL_FROM'] });
    expect(settingsOf({ SMTP_URL: 'smtps://a%40b:p%2Fw@x.example' }).server).toMatchObject({
      port: 465,
      secure: true,
      tls: 'verified',
      login: { user: 'a@b', password: 'p/w' },
    });
    const other = { SMTP_URL: 'smtp://a@x.example:25', SMTP_PASSWORD: 'of a file', SMTP_TLS: 'off' };
    expect(settingsOf(other).server).toMatchObject({ port: 25, tls: 'none', login: { password: 'of a file' } });
    expect(() => configurationOf({ SMTP_URL: 'http://x.example' })).toThrow('smtp or smtps URL');
  });
});
