import { CLIENT_DIRECTORY, clientFiles, clientText, openApiText } from './api-reference.ts';
import { settings } from '../../src/kernel/settings.ts';
import { errorsPage } from './errors-reference.ts';
import { eventsPage } from './events-reference.ts';
import { metricsPage } from './metrics-reference.ts';
import { configurationPage, environmentExample } from './settings-reference.ts';
import { productSources } from './sources.ts';
import { contextPage } from './token-errors.ts';

/** A file made from the code: its path in the project, and how to make its text. */
export interface Reference {
  readonly path: string;
  readonly make: () => string | Promise<string>;
}

/** Every reference by the name of its command, `npm run docs:<name>`. */
export const references: Readonly<Record<string, readonly Reference[]>> = {
  settings: [
    { path: '.env.example', make: () => environmentExample(settings) },
    { path: 'docs/configuration.md', make: () => configurationPage(settings) },
  ],
  errors: [{ path: 'docs/errors.md', make: () => errorsPage(productSources()) }],
  events: [{ path: 'docs/events.md', make: () => eventsPage(productSources()) }],
  api: [
    { path: 'docs/openapi.json', make: openApiText },
    ...clientFiles.map((name) => ({ path: `${CLIENT_DIRECTORY}/${name}`, make: () => clientText(name) })),
  ],
  metrics: [{ path: 'docs/metrics.md', make: metricsPage }],
  tokens: [{ path: 'docs/context.md', make: contextPage }],
};
