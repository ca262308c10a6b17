import type { Configuration } from '../kernel/configuration.ts';

/** What a started server shows of itself to the commands that start one. */
export interface RunningServer {
  readonly url: string;
  /** An admin's key of this process, good as long as it runs. */
  readonly ownKey: string;
  /** A new admin's key where keys are required and there was none: to be shown once. */
  readonly firstKey: string | null;
  /** Drains and frees the port and the data directory. Safe to repeat. */
  readonly close: () => Promise<void>;
}

/** Given in by main.ts: the roof alone knows how the house is put together. */
export type StartServer = (configuration: Configuration) => Promise<RunningServer>;
