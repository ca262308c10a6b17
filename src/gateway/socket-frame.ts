import type { Socket } from 'socket.io';
import type { Frame } from './frame.ts';

/** The part of Socket.IO (pinned to 4.8.3) that its own adapter uses to send a frame it has encoded once. */
interface FrameSocket {
  readonly acks: Map<number, () => void>;
  readonly nsp: { _ids: number };
  readonly client: {
    writeToEngine(packet: string, options: { preEncoded: true; wsPreEncodedFrame: readonly [Buffer, Buffer] }): void;
  };
}

const FINAL_TEXT = 0x81;
const LENGTH_16_BIT = 126;
const LENGTH_64_BIT = 127;

/**
 * Sends an `events` message as one WebSocket frame whose tail is shared with all its other receivers; only the few
 * bytes before it are made anew. `onAcknowledged` is called once the client has answered, if ever.
 */
export function sendFrame(
  socket: Socket,
  subscriptionId: string,
  from: number,
  { tail }: Frame,
  onAcknowledged: () => void,
): void {
  // Socket.IO has no public way to send bytes that are encoded already and be told of their arrival by one socket.
  const { acks, nsp, client } = socket as unknown as FrameSocket;
  const id = nsp._ids++;
  acks.set(id, onAcknowledged);
  // 4: a message of Engine.IO; 2: an event of Socket.IO, with its acknowledgement id.
  const head = `42${id}["events",{"subscriptionId":${JSON.stringify(subscriptionId)},"from":${from},`;
  client.writeToEngine('', { preEncoded: true, wsPreEncodedFrame: [headed(head, tail.length), tail] });
}

/** The header of an unmasked text frame (RFC 6455) and the beginning of its payload. */
function headed(head: string, tailBytes: number): Buffer {
  const length = Buffer.byteLength(head) + tailBytes;
  if (length < LENGTH_16_BIT) return Buffer.concat([Buffer.of(FINAL_TEXT, length), Buffer.from(head)]);
  const isShort = length <= 0xffff;
  const headerBytes = isShort ? 4 : 10;
  const bytes = Buffer.allocUnsafe(headerBytes + Buffer.byteLength(head));
  bytes[0] = FINAL_TEXT;
  bytes[1] = isShort ? LENGTH_16_BIT : LENGTH_64_BIT;
  if (isShort) bytes.writeUInt16BE(length, 2);
  else bytes.writeBigUInt64BE(BigInt(length), 2);
  bytes.write(head, headerBytes);
  return bytes;
}

/** Packets that wait in this process until the client reads what was sent before. */
export function waitingPackets(socket: Socket): number {
  // Private to Engine.IO, and the only sign of a client that does not read.
  return (socket.conn as unknown as { readonly writeBuffer: readonly unknown[] }).writeBuffer.length;
}
