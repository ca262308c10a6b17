import { join, resolve } from 'node:path';
import { z } from 'zod';
import { InvalidInputError } from './errors.ts';
import type { ModelPrices } from './model-prices.ts';
import { secretSettings, settings } from './settings.ts';

const schema = z.object(settings);

type Values = z.infer<typeof schema>;

/** Everything that can be configured: validated, complete and frozen. Nothing else reads the environment. */
export type Configuration = Readonly<Omit<Values, 'WORKSPACE_ROOT'>> & { readonly WORKSPACE_ROOT: string };

/** A setting that stops the start: its name, what is wrong with it and an example of a value that works. */
export class ConfigurationError extends InvalidInputError {
  override readonly code = 'CONFIGURATION_INVALID';
}

/**
 * Reads the configuration out of an environment. Unknown names are ignored (an environment is full of them), an empty
 * value counts as not set. Throws ConfigurationError that names every wrong setting at once.
 */
export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const given = Object.fromEntries(
    Object.keys(settings).flatMap((name) => {
      const value = environment[name]?.trim();
      return value ? [[name, value]] : [];
    }),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const firstOfEach = new Map(parsed.error.issues.toReversed().map((issue) => [issue.path[0], issue]));
    throw new ConfigurationError([...firstOfEach.values()].toReversed().map((issue) => explain(issue, given)));
  }
  const values = parsed.data;
  const dataDir = resolve(values.DATA_DIR);
  return Object.freeze({
    ...values,
    LLM_PRICES: allPrices(values),
    DATA_DIR: dataDir,
    WORKSPACE_ROOT: resolve(values.WORKSPACE_ROOT ?? join(dataDir, 'workspaces')),
  });
}

/** The prices of MODELS and LLM_PRICES, which counts more; undefined where neither has any. */
function allPrices({ MODELS = [], LLM_PRICES }: Values): ModelPrices | undefined {
  const priced = MODELS.flatMap(({ name, price }) => (price === null ? [] : [[name, price] as const]));
  return priced.length === 0 ? LLM_PRICES : { ...Object.fromEntries(priced), ...LLM_PRICES };
}

function explain(issue: z.core.$ZodIssue, given: Record<string, string>): { path: string; message: string } {
  const name = String(issue.path[0]);
  const example = settings[name as keyof typeof settings].meta()?.example;
  // A key is never repeated, and neither are the user and password of a URL, whatever stands in them.
  const value = (given[name] ?? '').replace(/^([^/]*\/\/).*@/s, '$1…@').replace(/([?&]password=)[^&]*/gi, '$1…');
  const shown = secretSettings.has(name as keyof typeof settings) ? 'the value given' : JSON.stringify(value);
  return { path: name, message: `${shown} does not work: ${issue.message}. Example: ${name}=${String(example)}` };
}

/** The token by which modules are given the configuration. */
export const CONFIGURATION = Symbol('Configuration');
