import { io } from 'socket.io-client';

// Run as a process of its own: many clients of one server, which says when the last of them has got an event. `deaf` ones
// subscribe and then read nothing.
const [url, count, isDeaf] = [process.argv[2], Number(process.argv[3]), process.argv[4] === 'deaf'];
let missing = count;

await Promise.all(
  Array.from({ length: count }, async () => {
    const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false });
    socket.on('events', (_frame, acknowledge) => {
      if (isDeaf) return;
      if (--missing === 0) {
        process.send({ at: String(process.hrtime.bigint()) });
        missing = count;
      }
      // In a later turn, as a client does that deals with the frame first.
      if (acknowledge) setImmediate(acknowledge);
    });
    await new Promise((resolve) => socket.on('connect', resolve));
    await socket.emitWithAck('subscribe', { taskId: 'bench' });
    if (isDeaf) socket.io.engine.transport.ws._socket.pause();
  }),
);
process.send({ ready: true });
