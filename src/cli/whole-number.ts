import { InvalidArgumentError } from 'commander';

/** Reads an option's value as a whole number from 0 on. */
export function wholeNumber(value: string): number {
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('give a whole number');
}
