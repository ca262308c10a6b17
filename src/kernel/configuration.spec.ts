import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, readConfiguration } from './configuration.ts';
import { settings } from './settings.ts';

function refusalOf(environment: NodeJS.ProcessEnv): ConfigurationError {
  try {
    readConfiguration(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('The environment was accepted.');
}

describe('readConfiguration', () => {
  it('answers a complete, frozen configuration for an empty environment [PL-1]', () => {
    const configuration = readConfiguration({});
    expect(configuration).toMatchObject({ PORT: 9876, HOST: '127.0.0.1', MAX_CONCURRENT: 5, MAX_QUEUE: 100 });
    expect(Object.isFrozen(configuration)).toBe(true);
    expect(() => Object.assign(configuration, { PORT: 1 })).toThrow(TypeError);
  });

  it('makes directories absolute and keeps workspaces in the data directory unless told otherwise', () => {
    expect(readConfiguration({ DATA_DIR: 'there' })).toMatchObject({
      DATA_DIR: resolve('there'),
      WORKSPACE_ROOT: resolve('there/workspaces'),
    });
    expect(readConfiguration({ DATA_DIR: 'there', WORKSPACE_ROOT: 'elsewhere' }).WORKSPACE_ROOT).toBe(
      resolve('elsewhere'),
    );
  });

  it('takes an empty value for not set, trims the others and ignores names it does not know', () => {
    expect(readConfiguration({ PORT: '', HOST: '  ', MAX_QUEUE: ' 7 ', SOMETHING_ELSE: '!' })).toMatchObject({
      PORT: 9876,
      HOST: '127.0.0.1',
      MAX_QUEUE: 7,
    });
    expect(readConfiguration({ SOMETHING_ELSE: '!' })).not.toHaveProperty('SOMETHING_ELSE');
  });

  it('reads each example as a value that works [PL-1]', () => {
    for (const [name, schema] of Object.entries(settings)) {
      const example = String(schema.meta()?.example);
      expect(readConfiguration({ [name]: example })).toHaveProperty(name);
    }
  });

  it.each([
    ['PORT', 'abc', 'must be a whole number from 0 to 65535'],
    ['PORT', '65536', 'must be a whole number from 0 to 65535'],
    ['PORT', '-1', 'must be a whole number from 0 to 65535'],
    ['MAX_QUEUE', '1.5', 'must be a whole number from 1 to 1000000'],
    ['MAX_QUEUE', '1e99', 'must be a whole number from 1 to 1000000'],
    ['TEST_TIMEOUT_MS', 'Infinity', 'must be a whole number from 100 to 3600000'],
    ['HOST', 'http://0.0.0.0', 'is no address and no name'],
    ['ALLOWED_HOSTS', 'a.example, http://b.example', 'must be names of hosts'],
    ['CORS_ORIGINS', 'https://a.example/path', 'must be origins without a path'],
    ['CORS_ORIGINS', '*', 'must be origins without a path'],
    ['REQUIRE_KEYS', 'yes', 'expected one of "on"'],
    ['LOG_LEVEL', 'loud', 'expected one of "silent"'],
    ['LLM_PROVIDER', 'gpt', '"delegated"'],
    ['SANDBOX', 'none', '"landlock"'],
    ['OLLAMA_BASE_URL', 'localhost:11434', 'must be an http or https URL'],
    ['MEMORY_LIMIT_MB', '8', 'must be a whole number from 16 to 1048576'],
    ['TRUSTED_PROXIES', '10.0.0.1, proxy.example', 'neither an IP address nor a CIDR range'],
    ['TRUSTED_PROXIES', '0.0.0.0/0', 'neither an IP address nor a CIDR range'],
  ])('refuses %s=%s with its name, the problem and an example [PL-1]', (name, value, problem) => {
    const { issues, message, code, kind } = refusalOf({ [name]: value });
    expect({ code, kind, paths: issues.map((issue) => issue.path) }).toEqual({
      code: 'CONFIGURATION_INVALID',
      kind: 'invalid',
      paths: [name],
    });
    expect(message).toContain(`"${value}"`);
    expect(message).toContain(problem);
    expect(message).toContain(`Example: ${name}=${String(settings[name as keyof typeof settings].meta()?.example)}`);
  });

  it('names all wrong settings at once, each once [PL-1]', () => {
    const { issues } = refusalOf({ SANDBOX: '?', PORT: '1e99', LOG_LEVEL: 'x', MAX_QUEUE: '5' });
    expect(issues.map((issue) => issue.path).sort()).toEqual(['LOG_LEVEL', 'PORT', 'SANDBOX']);
  });

  it('shows no key and no password of a URL in what it says [PL-1]', () => {
    const environment = {
      OPENAI_BASE_URL: 'ftp://user:hunter2@models.example/v1',
      OLLAMA_BASE_URL: '//user:hunter2@models.example',
      DATABASE_URL: 'postgres://user:hunter2/p@hunter2@db.example?password=hunter2',
      OPENAI_API_KEY: 'sk-very-secret',
      ANTHROPIC_API_KEY: 'sk-ant-very-secret',
      PORT: 'x',
    };
    const shown = JSON.stringify(refusalOf(environment)) + refusalOf(environment).message;
    expect(shown).toContain('models.example');
    expect(shown).not.toMatch(/hunter2|very-secret/);
  });

  it.each([
    'mysql://ada:hunter2@db/taskloom',
    'postgres://ada:hunter2@db',
    'postgres://ada:hunter2/@db/x',
    './hunter2',
  ])('refuses the database %s, and shows nothing of it [PL-1, PL-9]', (url) => {
    const { message } = refusalOf({ DATABASE_URL: url });
    expect(message).toContain('must be a postgres or postgresql URL that names a database');
    expect(message).not.toContain('hunter2');
  });

  it.each([
    'postgres://ada:secret@db.example:5432/taskloom?sslmode=require',
    'postgresql:///taskloom?host=/var/run/postgresql',
    'postgres://%2Fvar%2Frun/taskloom',
  ])('takes %s for a database [PL-1, PL-9]', (url) => {
    expect(readConfiguration({ DATABASE_URL: url }).DATABASE_URL).toBe(url);
  });
});
