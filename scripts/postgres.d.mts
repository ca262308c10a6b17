export interface RunningPostgres {
  readonly url: string;
  readonly directory: string;
  stop(): Promise<void>;
}

export function findPostgres(): string | null;
export function startPostgres(options?: {
  readonly settings?: Readonly<Record<string, string | number>>;
}): Promise<RunningPostgres>;
