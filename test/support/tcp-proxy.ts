import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Passage {
  /** What of a chunk from the server goes on to the client. */
  readonly forward: Buffer;
  /** Both sides are cut off after it. */
  readonly cut?: boolean;
}

/** Stands between a client and a server on this machine, and does to them what networks do. */
export class TcpProxy implements AsyncDisposable {
  /** Looks at what the server sends, connection by connection. Default: all goes on. */
  inspect: (chunk: Buffer, connection: number) => Passage = (chunk) => ({ forward: chunk });
  connections = 0;
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private isFrozen = false;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(target: string): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    const proxy = new TcpProxy(server, `http://127.0.0.1:${address.port}`);
    server.on('connection', (client) => proxy.pass(client, new URL(target)));
    return proxy;
  }

  /** Ends every connection, without a word. */
  cut(): void {
    for (const [client, upstream] of this.pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  /** Nothing passes any more, and nobody is told. */
  freeze(): void {
    this.isFrozen = true;
    for (const pair of this.pairs) for (const socket of pair) socket.pause();
  }

  thaw(): void {
    this.isFrozen = false;
    for (const pair of this.pairs) for (const socket of pair) socket.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private pass(client: Socket, target: URL): void {
    const connection = ++this.connections;
    const upstream = connect(Number(target.port), target.hostname);
    const pair = [client, upstream] as const;
    this.pairs.add(pair);
    if (this.isFrozen) for (const socket of pair) socket.pause();
    // The server answers only to its own name.
    client.once('data', (head) => {
      upstream.write(String(head).replace(/^host: .*$/im, `Host: ${target.host}`));
      client.on('data', (chunk) => upstream.write(chunk));
    });
    upstream.on('data', (chunk) => {
      const { forward, cut } = this.inspect(chunk, connection);
      client.write(forward);
      // Ended, not destroyed: what was let through arrives.
      if (cut) this.end(client, upstream);
    });
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
        this.pairs.delete(pair);
      });
    }
  }

  private end(client: Socket, upstream: Socket): void {
    upstream.removeAllListeners('data');
    upstream.destroy();
    client.end();
  }
}
