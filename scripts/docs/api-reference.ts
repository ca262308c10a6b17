import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const CLIENT_DIRECTORY = 'src/client/generated';

/** The files of the generated client, in its directory. */
export const clientFiles = [
  'client.gen.ts',
  'client/client.gen.ts',
  'client/index.ts',
  'client/types.gen.ts',
  'client/utils.gen.ts',
  'core/auth.gen.ts',
  'core/bodySerializer.gen.ts',
  'core/params.gen.ts',
  'core/pathSerializer.gen.ts',
  'core/queryKeySerializer.gen.ts',
  'core/serverSentEvents.gen.ts',
  'core/types.gen.ts',
  'core/utils.gen.ts',
  'sdk.gen.ts',
  'types.gen.ts',
];

let document: Promise<string> | undefined;
let client: Promise<ReadonlyMap<string, string>> | undefined;

/** docs/openapi.json: what a server with the settings of the house answers at /docs-json. */
export function openApiText(): Promise<string> {
  return (document ??= askServer());
}

/** The text of one file of the client, made of the OpenAPI document. */
export async function clientText(name: string): Promise<string> {
  const files = await (client ??= generateClient());
  const text = files.get(name);
  if (text === undefined) throw new Error(`The generator makes no ${name}; it makes: ${[...files.keys()].join(', ')}.`);
  if (files.size !== clientFiles.length) throw new Error(`The generator makes more: ${[...files.keys()].join(', ')}.`);
  return text;
}

async function askServer(): Promise<string> {
  const { startServer } = await import('../../src/server.ts');
  const { readConfiguration } = await import('../../src/kernel/configuration.ts');
  const directory = mkdtempSync(join(tmpdir(), 'taskloom-openapi-'));
  const settings = { DATA_DIR: directory, PORT: '0', LLM_PROVIDER: 'delegated', LOG_LEVEL: 'silent' };
  const server = await startServer(readConfiguration(settings));
  try {
    const answer: unknown = await (await fetch(`${server.url}/docs-json`)).json();
    return `${JSON.stringify(answer, null, 2)}\n`;
  } finally {
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function generateClient(): Promise<ReadonlyMap<string, string>> {
  const { createClient } = await import('@hey-api/openapi-ts');
  const directory = mkdtempSync(join(tmpdir(), 'taskloom-client-'));
  try {
    await createClient({
      input: JSON.parse(await openApiText()) as Record<string, unknown>,
      output: { path: directory, module: { extension: '.ts' }, entryFile: false, postProcess: [] },
      plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
      logs: { level: 'silent' },
    });
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.ts'));
    return new Map(files.sort().map((path) => [path, textOf(path, readFileSync(join(directory, path), 'utf8'))]));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function textOf(path: string, text: string): string {
  // What is given and what is answered is nobody's to change: lists are readonly, as ours are.
  if (path === 'types.gen.ts') return text.replace(/(?<!\w)Array</g, 'ReadonlyArray<');
  // A name of browsers that Node has no type for.
  return text.replaceAll('BodyInit | null | undefined', "RequestInit['body']");
}
