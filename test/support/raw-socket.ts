import { WebSocket } from 'ws';

export interface RawOptions {
  /** One of 127.0.0.0/8: whom the server sees. */
  readonly from?: string;
  readonly headers?: Record<string, string>;
  /** What the handshake shows as its token. */
  readonly key?: string;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A bare WebSocket to the gateway: it knows Engine.IO and Socket.IO only as far as the test sends it. */
export class RawSocket implements Disposable {
  readonly closed: Promise<Closed>;
  /** Everything that was received. */
  readonly received: string[] = [];
  private readonly socket: WebSocket;

  private constructor(url: string, { from, headers }: RawOptions) {
    this.socket = new WebSocket(`${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`, {
      ...(from === undefined ? {} : { localAddress: from }),
      ...(headers === undefined ? {} : { headers }),
    });
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data: Buffer) => {
      const packet = String(data);
      this.received.push(packet);
      // Alive, whatever else the test does.
      if (packet === '2') this.socket.send('3');
    });
    this.closed = new Promise((resolve) =>
      this.socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
    );
  }

  /** Resolves once the server has spoken: it may close the connection right after. */
  static async upgraded(url: string, options: RawOptions = {}): Promise<RawSocket> {
    const raw = new RawSocket(url, options);
    await Promise.race([new Promise((resolve) => raw.socket.once('message', resolve)), raw.closed]);
    return raw;
  }

  /** Resolves with the socket once Socket.IO has let it in, or with how it was closed. */
  static async enter(url: string, options: RawOptions = {}): Promise<RawSocket | Closed> {
    const raw = await RawSocket.upgraded(url, options);
    raw.send(options.key === undefined ? '40' : `40${JSON.stringify({ token: options.key })}`);
    const entered = new Promise<RawSocket>((resolve) => {
      const look = () => {
        if (raw.received.some((packet) => packet.startsWith('40'))) resolve(raw);
      };
      raw.socket.on('message', look);
      look();
    });
    return Promise.race([entered, raw.closed]);
  }

  send(packet: string): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(packet);
  }

  /** Ends it, and resolves when the other side has agreed. */
  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}
