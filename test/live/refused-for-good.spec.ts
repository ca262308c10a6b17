import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { Server } from 'socket.io';
import { connect, type ConnectionStatus } from '../../src/client/index.ts';
import type { EngineConnection } from '../../src/gateway/connection-door.ts';

it.each([
  ['NOT_WELCOME: Come with a token.', 'NOT_WELCOME', 'Come with a token.'],
  ['', 'CONNECTION_REFUSED', 'The server refuses this connection and does not say why.'],
])(
  'a watch ends when the server closes with 1008 for another reason than a limit: %p',
  async (reason, code, message) => {
    const http = createServer();
    const io = new Server(http, { transports: ['websocket'] });
    io.engine.on('connection', (connection: EngineConnection) => {
      connection.transport.socket.close(1008, reason);
      connection.close();
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const statuses: ConnectionStatus[] = [];
    const client = connect({
      url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
      onStatus: (status) => statuses.push(status),
    });
    try {
      await expect(client.watch('any').next()).rejects.toMatchObject({ name: 'TaskloomError', code, message });
      expect(statuses).toEqual([]);
    } finally {
      client.close();
      await io.close();
    }
  },
);
