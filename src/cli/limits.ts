import type { Command } from 'commander';
import type { Limits } from '../client/index.ts';
import { UsageError } from './usage-error.ts';

/** The options that say what a task may use up. */
export interface LimitOptions {
  readonly maxIterations?: string;
  readonly maxTokens?: string;
  readonly maxCost?: string;
  readonly maxSeconds?: string;
}

export function limitOptions(command: Command): Command {
  return command
    .option('--max-iterations <count>', 'corrections of a module; at this limit, as at the others, the task pauses')
    .option('--max-tokens <count>', 'tokens of all model calls')
    .option('--max-cost <dollars>', 'US dollars of all model calls, where prices are known')
    .option('--max-seconds <count>', 'seconds in a slot');
}

/** Throws UsageError that names the option. What the server allows is for the server to judge. */
export function readLimits({ maxIterations, maxTokens, maxCost, maxSeconds }: LimitOptions): Limits {
  return {
    ...(maxIterations === undefined ? {} : { maxIterations: wholeNumber('--max-iterations', maxIterations, 3) }),
    ...(maxTokens === undefined ? {} : { maxTokens: wholeNumber('--max-tokens', maxTokens, 12) }),
    ...(maxCost === undefined ? {} : { maxCostUsd: dollars(maxCost) }),
    ...(maxSeconds === undefined ? {} : { maxSeconds: wholeNumber('--max-seconds', maxSeconds, 5) }),
  };
}

function wholeNumber(option: string, value: string, digits: number): number {
  if (/^[1-9]\d*$/.test(value) && value.length <= digits) return Number(value);
  throw new UsageError(`${option} ${value}: give a whole number from 1 to ${'9'.repeat(digits)}.`);
}

function dollars(value: string): number {
  if (/^\d{1,6}(\.\d{1,6})?$/.test(value)) return Number(value);
  throw new UsageError(`--max-cost ${value}: give US dollars such as 0.50.`);
}
