import { ConsoleLogger, Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { expect, it } from '@jest/globals';
import { testConfiguration } from '../../test/support/configuration.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { CONFIGURATION } from '../kernel/configuration.ts';
import { Sandbox } from './sandbox.ts';
import { TestRunner } from './test-runner.ts';
import { SandboxUnavailableError } from './workspace.errors.ts';
import { WorkspaceModule } from './workspace.module.ts';
import { Workspaces } from './workspaces.ts';

it('offers the sandbox, the test runner and the workspaces that are configured, and ends them [WS-2]', async () => {
  using directory = temporaryDirectory();
  const configuration = testConfiguration({ DATA_DIR: directory.path, SANDBOX: 'process' });

  @Global()
  @Module({ providers: [{ provide: CONFIGURATION, useValue: configuration }], exports: [CONFIGURATION] })
  class ConfigurationModule {}

  const application = await Test.createTestingModule({ imports: [ConfigurationModule, WorkspaceModule] })
    .setLogger(new ConsoleLogger({ logLevels: [] }))
    .compile();
  const sandbox = application.get(Sandbox);
  expect(sandbox.describe().isolation).toBe('process');
  expect(application.get(TestRunner).languages).toContain('python');
  const workspaces = application.get(Workspaces);
  expect(workspaces.directoryOf('t1').startsWith(configuration.WORKSPACE_ROOT)).toBe(true);
  await application.close();
  await expect(sandbox.run({ files: [], command: ['node', '-e', '0'] })).rejects.toThrow(SandboxUnavailableError);
});
