import { startPostgres } from '../../scripts/postgres.mjs';

/** One PostgreSQL for the whole run, unless one is named; where there is none its tests are skipped. */
export default async function startOnce() {
  if (process.env.TASKLOOM_TEST_POSTGRES_URL) return;
  try {
    const postgres = await startPostgres();
    globalThis.stopPostgres = postgres.stop;
    process.env.TASKLOOM_TEST_POSTGRES_URL = postgres.url;
  } catch (error) {
    process.stderr.write(`Tests of PostgreSQL are skipped: ${error.message}\n`);
  }
}
