import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

// Sends one POST after the other over each of N kept-alive connections for a while, as fast as they are answered or
// `perSecond` of them in all, and answers how many were answered with 201 in a second. Bytes over plain sockets: the
// client must not be what is measured.
const { port, path, body, connections, milliseconds, perSecond = Infinity } = workerData;
const everyMs = (connections / perSecond) * 1000;
const request = Buffer.from(
  `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
);
let answered = 0;
const started = performance.now();

function lane(index) {
  return new Promise((resolve, reject) => {
    let due = started + (everyMs * index) / connections;
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setNoDelay(true);
    let text = '';
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk;
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length < end + 4 + length) return;
      if (!text.startsWith('HTTP/1.1 201')) return reject(new Error(text));
      text = '';
      answered += 1;
      const now = performance.now();
      if (now - started < milliseconds) {
        due = Math.max(due + everyMs, now);
        // What is due within this millisecond goes at once: a timer would not be exacter.
        if (due - now < 1) return socket.write(request);
        return setTimeout(() => socket.write(request), due - now);
      }
      socket.end();
      resolve();
    });
  });
}

await Promise.all(Array.from({ length: connections }, (_, index) => lane(index)));
parentPort.postMessage((answered / (performance.now() - started)) * 1000);
