import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join, posix } from 'node:path';

/**
 * An Ollama server whose one model says what stands in a directory: plan.json to whoever asks for a plan; for a file,
 * the file itself at first, then its corrections in order (src/words.js, src/words.correction-1.js …).
 */
export class ScriptedOllama {
  model = 'scripted:1b';
  #server = createServer((request, response) => void this.#handle(request, response));
  #turns = new Map();
  #directory;
  #files;

  constructor(directory, files) {
    this.#directory = directory;
    this.#files = new Set(files);
  }

  static async start(directory) {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => posix.join(entry.parentPath.slice(directory.length).replaceAll('\\', '/'), entry.name));
    const ollama = new ScriptedOllama(directory, files);
    await new Promise((resolve) => ollama.#server.listen(0, '127.0.0.1', resolve));
    return ollama;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Answers that nobody asked for. */
  unused() {
    return [...this.#files];
  }

  stop() {
    return new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }

  async #handle(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : {};
    try {
      this.#send(response, 200, await this.#answer(request.url, body));
    } catch (error) {
      this.#send(response, 500, { error: error.message });
    }
  }

  async #answer(url, body) {
    switch (url) {
      case '/api/version':
        return { version: '0.32.9' };
      case '/api/tags':
        return { models: [{ name: this.model, model: this.model }] };
      case '/api/show':
        return {
          model_info: { 'general.architecture': 'llama', 'llama.context_length': 32_768 },
          capabilities: ['completion'],
        };
      case '/api/chat':
        // One line, the last: the model has no tokens to count.
        return {
          model: this.model,
          message: { role: 'assistant', content: await this.#say(body.format) },
          done: true,
          done_reason: 'stop',
        };
      default:
        throw new Error(`${url} is not scripted`);
    }
  }

  /** The schema of the answer tells what is asked for: a plan, or exactly one path. */
  async #say(schema) {
    if (schema.properties.modules) return this.#read('plan.json');
    const { path } = schema.properties;
    const wanted = path.const ?? path.enum[0];
    const turn = this.#turns.get(wanted) ?? 0;
    this.#turns.set(wanted, turn + 1);
    const { dir, name, ext } = posix.parse(wanted);
    const code = await this.#read(turn === 0 ? wanted : posix.join(dir, `${name}.correction-${turn}${ext}`));
    return JSON.stringify({ path: wanted, code });
  }

  async #read(file) {
    this.#files.delete(file);
    return readFile(join(this.#directory, file), 'utf8');
  }

  #send(response, status, body) {
    response.writeHead(status, { 'content-type': 'application/x-ndjson' });
    response.end(`${JSON.stringify(body)}\n`);
  }
}
