import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../test/support/rest.ts';
import { breakOffWhenStuck } from './stuck-answer.ts';

const PIECE = 'x'.repeat(64 * 1024);

/** An answer that goes on and on, to a client that reads it or does not. */
async function endless(isRead: boolean, use: (response: ServerResponse) => Promise<void>): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1', () => client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
  client.on('error', () => undefined);
  if (isRead) client.resume();
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  breakOffWhenStuck(response, 200);
  const writing = setInterval(() => response.writable && !response.writableNeedDrain && response.write(PIECE), 1);
  try {
    await use(response);
  } finally {
    clearInterval(writing);
    client.destroy();
    server.close();
  }
}

describe('an answer that nobody reads [MCP-3]', () => {
  it('is broken off', async () => {
    await endless(false, async (response) => {
      await eventually(
        () => Promise.resolve(response.destroyed),
        (isGone) => isGone,
      );
    });
  });

  it('goes on when somebody does', async () => {
    await endless(true, async (response) => {
      await eventually(
        () => Promise.resolve(response.socket?.bytesWritten ?? 0),
        (bytes) => bytes > 8 * 1024 * 1024,
      );
      expect(response.destroyed).toBe(false);
    });
  });
});
