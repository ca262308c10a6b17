import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

// Sends one POST after the other over each of N kept-alive connections for a while, and answers how many were answered
// with 201 in a second. Bytes over plain sockets: the client must not be what is measured.
const { port, path, body, connections, milliseconds } = workerData;
const request = Buffer.from(
  `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
);
let answered = 0;
const started = performance.now();

function lane() {
  return new Promise((resolve, reject) => {
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
      if (performance.now() - started < milliseconds) return socket.write(request);
      socket.end();
      resolve();
    });
  });
}

await Promise.all(Array.from({ length: connections }, lane));
parentPort.postMessage((answered / (performance.now() - started)) * 1000);
