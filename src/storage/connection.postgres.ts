import pg from 'pg';
import { sleep } from '../kernel/clock.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** How long a write waits for those of other processes, in milliseconds. */
const LOCK_TIMEOUT_MS = 30_000;
/** A process that hangs in the middle of a write loses it, so that the others can go on. */
const IDLE_IN_WRITE_MS = 30_000;
/** A server that does not answer for so long is taken for gone. */
const ANSWER_TIMEOUT_MS = 60_000;
const READERS = 8;
const WAIT_MS = 5;
/** What is acknowledged is on disk, also where the server's default is to sync later. */
const SYNC_COMMITS = `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`;

/** Connections that may only read, shared by all who do. */
export function readerPool(url: string): pg.Pool {
  return quiet(
    new pg.Pool({
      ...common(url),
      max: READERS,
      options: '-c default_transaction_read_only=on',
      idleTimeoutMillis: 30_000,
    }),
  );
}

/** The one connection that writes: whoever asks for it while it is in use waits. */
export function writerPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    ...common(url),
    max: 1,
    idleTimeoutMillis: 0,
    pipeline: true,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_WRITE_MS,
  });
  // It is the first thing that a new connection is asked, so it holds for all that comes.
  pool.on('connect', (client) => void client.query(SYNC_COMMITS).catch(() => undefined));
  return quiet(pool);
}

/**
 * Ends a pool once nobody waits for a connection of it any more: whoever still does then would wait for ever. Safe only
 * when nobody asks anew.
 */
export async function endPool(pool: pg.Pool): Promise<void> {
  while (pool.waitingCount > 0) await sleep(WAIT_MS);
  await pool.end();
}

/** A connection on its own, for what must not share one. */
export function ownClient(url: string): pg.Client {
  return new Client(common(url));
}

/** How a server is named to people: without the password, whatever else its URL holds. */
export function shownUrl(url: string): string {
  const { host, port, user, database } = new pg.Client(url);
  const place = host.startsWith('/') ? encodeURIComponent(host) : host;
  return `postgres://${encodeURIComponent(user ?? '')}@${place}:${port}/${database ?? ''}`;
}

/** The time to connect is limited for each connection; waiting for a free one is not: there it only says that there is much to do. */
class Client extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super({ ...config, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  }
}

function common(url: string): pg.PoolConfig {
  return {
    connectionString: url,
    application_name: 'taskloom',
    keepAlive: true,
    query_timeout: ANSWER_TIMEOUT_MS,
    types: { getTypeParser: parserOf },
    Client,
  };
}

/** A connection that is lost is found out by who uses it next; nobody else needs to hear of it. */
function quiet(pool: pg.Pool): pg.Pool {
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

type Parser = (text: string) => unknown;

const float: Parser = (text) => Number(text);
const integer: Parser = (text) => {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
};
const numeric: Parser = (text) => (/^-?\d+$/.test(text) ? integer(text) : text);
const truth: Parser = (text) => (text === 't' ? 1 : 0);
const asIs: Parser = (text) => text;

/** Values as the other database gives them: numbers where they are exact, everything else as text; by the type's id. */
const parsers = new Map<number, Parser>([
  [16, truth],
  [17, pg.types.getTypeParser(17) as Parser],
  [20, integer],
  [21, float],
  [23, float],
  [26, float],
  [700, float],
  [701, float],
  [1700, numeric],
]);

function parserOf(typeId: number): Parser {
  return parsers.get(typeId) ?? asIs;
}
