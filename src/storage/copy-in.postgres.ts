import pg from 'pg';
import type { SqlValue } from './statement.ts';

const ROWS_PER_MESSAGE = 500;
const COPY_DATA = 0x64;
const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);

/**
 * COPY … FROM STDIN with rows that are all there: sent in one go, without waiting for the server to ask for them, so that
 * other statements can follow at once. Where it fails, the server passes over what is still to come.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */
export class CopyIn extends pg.Query {
  private readonly statement: string;
  private readonly lines: readonly (readonly SqlValue[])[];

  constructor(statement: string, rows: readonly (readonly SqlValue[])[], done: (error?: Error | null) => void) {
    super(statement, done);
    this.statement = statement;
    this.lines = rows;
  }

  override submit = (connection: pg.Connection): void => {
    const { stream } = connection;
    stream.cork();
    connection.query(this.statement);
    for (let start = 0; start < this.lines.length; start += ROWS_PER_MESSAGE) {
      stream.write(
        copyData(
          this.lines
            .slice(start, start + ROWS_PER_MESSAGE)
            .map(lineOf)
            .join(''),
        ),
      );
    }
    stream.write(copyDone);
    stream.uncork();
  };

  /** The server is ready for what it already has. */
  handleCopyInResponse(): void {
    // Nothing is left to be sent.
  }
}

function copyData(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  const message = Buffer.allocUnsafe(5 + bytes);
  message.writeUInt8(COPY_DATA, 0);
  message.writeInt32BE(4 + bytes, 1);
  message.write(text, 5);
  return message;
}

/** A row in the text format of COPY. */
function lineOf(values: readonly SqlValue[]): string {
  return `${values.map(fieldOf).join('\t')}\n`;
}

const SPECIAL = /[\\\t\n\r]/;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function fieldOf(value: SqlValue): string {
  if (value === null) return '\\N';
  if (value instanceof Uint8Array) return `\\\\x${Buffer.from(value).toString('hex')}`;
  const text = String(value);
  return SPECIAL.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character) : text;
}
