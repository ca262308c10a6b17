export { runCli, type CliOptions } from './run-cli.ts';
export type { RunningServer, StartServer } from './running-server.ts';
