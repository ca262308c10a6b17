/** What the launcher is told: how to confine itself, and what to become. Plain JSON. */
export interface LandlockPlan {
  /** The process that must still be its parent. */
  readonly parent: number;
  readonly user: { readonly uid: number; readonly gid: number } | null;
  /** May be read and executed. What does not exist is left out. */
  readonly readable: readonly string[];
  /** May be changed in every way. */
  readonly writable: readonly string[];
  /** The system call filter, base64. */
  readonly filter: string;
  readonly limits: {
    readonly cpuSeconds: number;
    readonly processes: number;
    readonly fileBytes: number;
    readonly dataBytes: number;
    readonly openFiles: number;
  };
  readonly command: readonly [string, ...string[]];
}
