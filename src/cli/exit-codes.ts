/** What `taskloom` ends with. Stable: scripts rely on them, and `taskloom --help` lists them. */
export const exitCodes = {
  /** Done; for `run` and `watch`: the task is completed. */
  done: 0,
  /** The task failed or was cancelled, the request was refused, the server could not start, or doctor found a fault. */
  failed: 1,
  /** Wrong usage, or no server answers. */
  usage: 2,
  /** Ctrl-C: the command was left, the task goes on. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
