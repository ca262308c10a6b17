import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedMessage {
  readonly id: string;
  readonly signature: string;
  readonly timestamp: string;
  readonly text: string;
  readonly body: { readonly type: string; readonly data: { readonly taskId: string; readonly sequenceNumber: number } };
}

/** Somebody who takes webhooks: answers with `answer`, and keeps what came. */
export class WebhookReceiver implements AsyncDisposable {
  readonly received: ReceivedMessage[] = [];
  /** The status of the next answers, with headers; null: never answers. */
  answer: { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | null = { status: 200 };

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new WebhookReceiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
    server.on('request', (request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        const { 'webhook-id': id, 'webhook-signature': signature, 'webhook-timestamp': timestamp } = request.headers;
        const body = JSON.parse(text) as ReceivedMessage['body'];
        receiver.received.push({
          id: String(id),
          signature: String(signature),
          timestamp: String(timestamp),
          text,
          body,
        });
        if (receiver.answer) response.writeHead(receiver.answer.status, receiver.answer.headers).end('ok');
      });
    });
    return receiver;
  }

  get types(): readonly string[] {
    return this.received.map(({ body }) => body.type);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** What a receiver works out itself, as https://www.standardwebhooks.com says. */
export function signatureOf(secret: string, { id, timestamp, text }: ReceivedMessage): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64')}`;
}
