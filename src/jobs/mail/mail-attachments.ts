import { z } from 'zod';
import type { Json } from '../../kernel/json.ts';
import { textOf } from '../graph/references.ts';
import { jsonValue } from '../json-value.ts';
import type { MailAttachment } from './compose-mail.ts';

const MAX_NAME = 200;
const CONTENT_TYPE = /^[a-z0-9][a-z0-9.+-]{0,60}\/[a-z0-9][a-z0-9.+-]{0,100}(?:; ?charset="?[a-z0-9-]{1,40}"?)?$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The result of an http step, as far as a file is made of it. */
const webResult = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: jsonValue(),
  encoding: z.enum(['json', 'text', 'base64']),
});

/** The result of a code step, as far as files are made of it. */
const codeResult = z.object({ files: z.record(z.string(), z.string()) });

const filename = z
  .string()
  .min(1)
  .max(MAX_NAME)
  .regex(/^[^\p{C}/\\]+$/u, 'give a name without slashes and control characters');

/**
 * What is attached: content that stands in the step, or a result of one before. There is no way to name a file of the
 * machine. Becomes the files: one, or as many as a code step has collected.
 */
export const attachmentSchema = z
  .strictObject({
    filename: filename.optional(),
    /** Text, or JSON that is written as such. */
    content: jsonValue().optional(),
    encoding: z.enum(['json', 'text', 'base64']).default('text'),
    contentType: z.string().regex(CONTENT_TYPE, 'give a type such as application/pdf').optional(),
    /** The whole result of an http step, or of a code step whose files are meant. */
    result: jsonValue().optional(),
  })
  .transform((given, context): readonly MailAttachment[] => {
    const { content, encoding, result, contentType = null } = given;
    if ((content === undefined) === (result === undefined)) {
      context.addIssue('give either content or result');
      return z.NEVER;
    }
    if (content !== undefined) {
      const bytes = bytesOf(content, encoding);
      if (given.filename === undefined)
        context.addIssue({ code: 'custom', path: ['filename'], message: 'give a name' });
      else if (bytes === null) context.addIssue({ code: 'custom', path: ['content'], message: 'give base64' });
      else return [{ filename: given.filename, content: bytes, contentType }];
      return z.NEVER;
    }
    const files = filesOf(result ?? null, given.filename);
    if (files) return files.map((file) => (contentType === null ? file : { ...file, contentType }));
    context.addIssue({
      code: 'custom',
      path: ['result'],
      message: 'give the whole result of an http step, or of a code step that collects files',
    });
    return z.NEVER;
  });

function filesOf(result: Json, name: string | undefined): readonly MailAttachment[] | null {
  const web = webResult.safeParse(result);
  if (web.success) {
    const { url, headers, body, encoding } = web.data;
    const content = bytesOf(body, encoding);
    const type = headers['content-type'] ?? '';
    const contentType = CONTENT_TYPE.test(type) ? type : null;
    return content && [{ filename: name ?? nameOf(url, headers), content, contentType }];
  }
  const code = codeResult.safeParse(result);
  const collected = code.success ? Object.entries(code.data.files) : [];
  if (collected.length === 0) return null;
  return collected.map(([path, text]) => ({
    filename: collected.length === 1 && name !== undefined ? name : plainName(path),
    content: Buffer.from(text),
    contentType: null,
  }));
}

/** Null: it is no base64. */
function bytesOf(content: Json, encoding: 'json' | 'text' | 'base64'): Buffer | null {
  if (encoding === 'json') return Buffer.from(JSON.stringify(content));
  if (encoding === 'text') return Buffer.from(textOf(content));
  if (typeof content !== 'string') return null;
  const packed = content.replace(/[\r\n]/g, '');
  return BASE64.test(packed) ? Buffer.from(packed, 'base64') : null;
}

/** As the server names it, or as its address ends. */
function nameOf(url: string, headers: Readonly<Record<string, string>>): string {
  const said = /;\s*filename="?([^";]+)/i.exec(headers['content-disposition'] ?? '')?.[1];
  return plainName(said ?? URL.parse(url)?.pathname ?? '');
}

/** The last part of a path, without what no name may hold. */
function plainName(path: string): string {
  const last = path.split(/[/\\]/).findLast((part) => part !== '') ?? '';
  const readable = URL.canParse(`x:${last}`) ? decoded(last) : last;
  return readable.replace(/[\p{C}/\\]/gu, '_').slice(-MAX_NAME) || 'attachment';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
