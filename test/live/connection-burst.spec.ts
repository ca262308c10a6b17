import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { runServer } from '../support/running-server.ts';

const CLIENTS = 1000;
const ESTABLISHED = '01';

/** How many connections to a port the kernel has made, whether the program took them or not. */
function connectionsTo(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(`:${hex}`) && state === ESTABLISHED).length;
}

describe('a server that is busy', () => {
  it('leaves no client of a burst outside: each connection waits until it is taken', async () => {
    await using server = await runServer();
    const port = Number(new URL(server.url).port);
    const clients: Socket[] = Array.from({ length: CLIENTS }, () => connect({ port, host: '127.0.0.1' }));
    // Connecting begins in the next tick; nothing from there on gives the event loop back, so the server takes none.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    const deadline = performance.now() + 5000;
    let made = 0;
    while (made < CLIENTS && performance.now() < deadline) made = connectionsTo(port);
    for (const client of clients) client.destroy();
    expect(made).toBe(CLIENTS);
  });
});
