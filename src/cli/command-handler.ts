import { spawn } from 'node:child_process';
import type { WorkContext } from '../client/index.ts';
import { AppError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';

const MAX_OUTPUT_BYTES = 1_000_000;
const MAX_ERROR_CHARACTERS = 1000;

/** The command of a worker ended with an error, or printed too much. */
class CommandError extends AppError {
  readonly code = 'COMMAND_FAILED';
  readonly kind = 'invalid';

  constructor(reason: string) {
    super(`The command failed: ${reason}`);
  }
}

/**
 * Handles a message by a command of the shell: the payload goes to its standard input as JSON, and never into the command
 * line. Answers what it prints, JSON or else text. When nobody waits any more it and all that it started are killed.
 */
export function commandHandler(command: string) {
  return (payload: Json, { messageId, attempt, signal }: WorkContext): Promise<Json> =>
    new Promise((resolve, reject) => {
      const environment = { ...process.env, TASKLOOM_MESSAGE_ID: messageId, TASKLOOM_ATTEMPT: String(attempt) };
      const child = spawn(command, { shell: true, detached: true, env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
      const kill = () => {
        if (child.pid === undefined) return;
        try {
          // The group: the shell and whatever it started.
          process.kill(-child.pid, 'SIGKILL');
        } catch {
          // It has ended meanwhile.
        }
      };
      const output: Buffer[] = [];
      let bytes = 0;
      let complaint = '';
      child.stdout.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= MAX_OUTPUT_BYTES) output.push(chunk);
        else kill();
      });
      child.stderr.on(
        'data',
        (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-MAX_ERROR_CHARACTERS)),
      );
      child.stdin.on('error', () => undefined).end(JSON.stringify(payload));
      signal.addEventListener('abort', kill, { once: true });
      child.once('error', (error) => reject(new CommandError(error.message)));
      child.once('close', (exitCode, killedBy) => {
        signal.removeEventListener('abort', kill);
        if (signal.aborted) reject(signal.reason as Error);
        else if (bytes > MAX_OUTPUT_BYTES) reject(new CommandError(`it printed more than ${MAX_OUTPUT_BYTES} bytes.`));
        else if (exitCode === 0) resolve(readOutput(Buffer.concat(output).toString()));
        else reject(new CommandError(`it ended with ${exitCode ?? killedBy}: ${complaint.trim() || 'no word why'}`));
      });
      if (signal.aborted) kill();
    });
}

function readOutput(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text.replace(/\r?\n$/, '');
  }
}
