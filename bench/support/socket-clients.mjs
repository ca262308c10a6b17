import { io } from 'socket.io-client';

// Run as a process of its own: many clients of one server, which says when the last of them has got an event. They share a
// core, which clients on machines of their own do not: so they acknowledge once all of them have it, that none waits for
// the acknowledgements of others. `deaf` ones subscribe and then read nothing.
const [url, count, isDeaf] = [process.argv[2], Number(process.argv[3]), process.argv[4] === 'deaf'];
let missing = count;
let due = [];

await Promise.all(
  Array.from({ length: count }, async () => {
    const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false });
    socket.on('events', (_frame, acknowledge) => {
      if (isDeaf) return;
      if (acknowledge) due.push(acknowledge);
      if (--missing > 0) return;
      process.send({ at: String(process.hrtime.bigint()) });
      for (const acknowledgeNow of due) acknowledgeNow();
      missing = count;
      due = [];
    });
    await new Promise((resolve) => socket.on('connect', resolve));
    await socket.emitWithAck('subscribe', { taskId: 'bench' });
    if (isDeaf) socket.io.engine.transport.ws._socket.pause();
  }),
);
process.send({ ready: true });
