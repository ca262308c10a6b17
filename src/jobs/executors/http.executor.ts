import { z } from 'zod';
import type { Json } from '../../kernel/json.ts';
import { HttpFailedError } from '../jobs.errors.ts';
import { jsonValue, readJson } from '../json-value.ts';
import { type ExecutionContext, SchemaExecutor } from './executor.ts';
import { exchange, type HttpReply } from './http-exchange.ts';
import { isPublicAddress, type Reachable } from './public-address.ts';

const MiB = 2 ** 20;
const STATUS_OK = 200;
const LAST_STATUS_OK = 299;
/** Set by the connection itself; given by others they could split a request in two. */
const ownHeaders = [
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'accept-encoding',
];
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

const url = z
  .string()
  .max(8192)
  .superRefine((text, context) => {
    const message = urlProblem(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

const status = () => z.int().min(100).max(599);

const params = z.strictObject({
  url,
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
  headers: z
    .record(
      z.string().regex(HEADER_NAME, 'give the name of a header'),
      z.string().max(8192).regex(HEADER_VALUE, 'leave out line breaks and what is not Latin-1'),
    )
    .refine(
      (headers) => Object.keys(headers).every((name) => !ownHeaders.includes(name.toLowerCase())),
      `leave out ${ownHeaders.join(', ')}: they are set by themselves`,
    )
    .default({}),
  /** Text is sent as it is, all else as JSON. */
  body: jsonValue().optional(),
  maxBytes: z
    .int()
    .min(0)
    .max(16 * MiB)
    .default(MiB),
  maxRedirects: z.int().min(0).max(10).default(5),
  verify: z
    .strictObject({
      /** The first and the last that is right. */
      status: z.tuple([status(), status()]).default([STATUS_OK, LAST_STATUS_OK]),
      bodyIncludes: z.string().max(10_000).optional(),
    })
    .prefault({}),
});

type Params = z.infer<typeof params>;

type Result = {
  readonly status: number;
  /** Where the reply came from in the end. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON where the reply says so, else text; of bytes that are no text base64. */
  readonly body: Json;
  readonly encoding: 'json' | 'text' | 'base64';
};

/** Requests a web address. */
export class HttpExecutor extends SchemaExecutor<Params, Result> {
  override readonly action = 'http';
  override readonly description =
    'Requests a web address; params: url, method, headers, body (text, or JSON), maxBytes, maxRedirects, verify (status: [first, last], bodyIncludes). Result: status, url, headers, body, encoding';
  override readonly timeoutMs = 30_000;
  protected override readonly schema = params;

  constructor(private readonly isReachable: Reachable = isPublicAddress) {
    super();
  }

  protected override async perform(given: Params, { signal }: ExecutionContext): Promise<Result> {
    let call = firstCall(given);
    for (let redirects = 0; ; redirects++) {
      const { maxBytes, maxRedirects } = given;
      const reply = await exchange({ ...call, maxBytes, isReachable: this.isReachable, signal });
      const next = redirected(call, reply);
      if (next === null) return { status: reply.status, url: call.url.href, headers: reply.headers, ...bodyOf(reply) };
      if (redirects >= maxRedirects) {
        throw new HttpFailedError(
          call.url.href,
          `it redirects more than ${maxRedirects} times, the last to ${next.url.href}`,
        );
      }
      call = next;
    }
  }

  protected override judge({ verify }: Params, { status: actual, body }: Result): string | null {
    const [first, last] = verify.status;
    if (actual < first || actual > last) return `the status is ${actual}, not one from ${first} to ${last}`;
    const { bodyIncludes } = verify;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return bodyIncludes === undefined || text.includes(bodyIncludes)
      ? null
      : `the body does not hold ${JSON.stringify(bodyIncludes)}`;
  }
}

function urlProblem(text: string): string | null {
  if (!URL.canParse(text)) return 'give a whole address such as https://example.com/';
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return 'give an http or https address';
  return username === '' && password === '' ? null : 'leave user and password out: give an authorization header';
}

interface Call {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

function firstCall({ url: text, method, headers, body }: Params): Call {
  const target = new URL(text);
  if (body === undefined) return { url: target, method, headers, body: null };
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return { url: target, method, headers: hasType ? headers : { ...headers, 'content-type': type }, body: bytes };
}

/** Kept only by the origin they were given to. */
const ofOrigin = ['authorization', 'cookie', 'proxy-authorization'];

/** Where a reply sends the call on to, or null. Source: Fetch Standard, HTTP-redirect fetch. */
function redirected(call: Call, { status: code, headers }: HttpReply): Call | null {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(code) || location === undefined) return null;
  const target = URL.canParse(location, call.url.href) ? new URL(location, call.url.href) : null;
  const problem = target ? urlProblem(target.href) : 'is no address';
  if (!target || problem !== null) {
    throw new HttpFailedError(
      call.url.href,
      `it redirects to ${JSON.stringify(location.slice(0, 200))}, which cannot be followed`,
    );
  }
  const losesBody =
    (code === 303 && call.method !== 'HEAD') || ((code === 301 || code === 302) && call.method === 'POST');
  const leaves = target.origin !== call.url.origin;
  const kept = Object.entries(call.headers).filter(([name]) => {
    const lower = name.toLowerCase();
    return !(leaves && ofOrigin.includes(lower)) && !(losesBody && lower.startsWith('content-'));
  });
  return {
    url: target,
    method: losesBody ? 'GET' : call.method,
    headers: Object.fromEntries(kept),
    body: losesBody ? null : call.body,
  };
}

function bodyOf({ headers, body }: HttpReply): Pick<Result, 'body' | 'encoding'> {
  const type = headers['content-type'] ?? '';
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    if (/^[^;]*\bjson\b/i.test(type)) {
      const value = readJson(text);
      if (value !== undefined) return { body: value, encoding: 'json' };
    }
    if (!text.includes('\0')) return { body: text, encoding: 'text' };
  } catch {
    // No UTF-8: bytes.
  }
  return { body: body.toString('base64'), encoding: 'base64' };
}
