export interface StartedRedis {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

export function findRedis(): string | null;
export function startRedis(options?: { readonly port?: number }): Promise<StartedRedis>;
