// Jest's global set-up: a cache of compiled code for the many processes that tests start, and one PostgreSQL for the whole run, started when the first test asks for it. The tests' processes
// ask by HTTP, as they share nothing else with this one. It stops with this process.
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '../../scripts/postgres.mjs';

export default async function setUp() {
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));
  if (process.env.TASKLOOM_TEST_POSTGRES_URL) return;
  let running;
  const broker = createServer((_request, response) => {
    running ??= startPostgres();
    running.then(
      ({ url }) => response.end(url),
      (error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise((resolve) => broker.listen(0, '127.0.0.1', resolve));
  broker.unref();
  process.env.TASKLOOM_TEST_POSTGRES_BROKER = `http://127.0.0.1:${broker.address().port}/`;
  globalThis.stopTestPostgres = async () => {
    broker.close();
    await (await running?.catch(() => undefined))?.stop();
  };
}
