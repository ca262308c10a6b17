import { skip } from './arms.mjs';

/** A package that only the benchmarks have, from bench/node_modules; where it is not installed the arm is skipped. */
export async function peer(name) {
  try {
    return await import(name);
  } catch (error) {
    const missing =
      error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_DLOPEN_FAILED';
    // The driver of SQLite is compiled at installation; without a compiler there is none.
    if (missing || /Could not locate the bindings file/.test(error.message)) skip(`${name} cannot be loaded here`);
    throw error;
  }
}

/** Emmett on SQLite: a new connection for each call, as it is by default, or one that all calls share. */
export async function emmettSqlite(fileName, { sharedConnection = false } = {}) {
  const { getSQLiteEventStore, sqliteConnection } = await peer('@event-driven-io/emmett-sqlite');
  const shared = () => ({ singleton: true, connection: sqliteConnection({ fileName }) });
  return getSQLiteEventStore({ fileName, connectionOptions: sharedConnection ? shared() : undefined });
}

/** Emmett's words for an event. */
export const emmettEvent = ({ eventType, data }) => ({ type: eventType, data });
