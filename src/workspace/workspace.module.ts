import { Global, Inject, Injectable, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { chooseSandbox } from './choose-sandbox.ts';
import { DeadCodeAnalyser } from './dead-code.ts';
import { Sandbox } from './sandbox.ts';
import { TestRunner } from './test-runner.ts';
import { Workspaces } from './workspaces.ts';

/** Ends what still runs and removes the private copies. */
@Injectable()
class SandboxLifecycle implements OnApplicationShutdown {
  constructor(@Inject(Sandbox) private readonly sandbox: Sandbox) {}

  async onApplicationShutdown(): Promise<void> {
    await this.sandbox.close();
  }
}

/** The isolation that works here, chosen once at the start; the test runner in it; the directories of the tasks. */
@Global()
@Module({
  providers: [
    SandboxLifecycle,
    {
      provide: Sandbox,
      inject: [CONFIGURATION],
      useFactory: ({ SANDBOX, DATA_DIR }: Configuration) => {
        const logger = new Logger('Sandbox');
        return chooseSandbox(SANDBOX, (message) => logger.log(message), { secrets: DATA_DIR });
      },
    },
    { provide: DeadCodeAnalyser, inject: [Sandbox], useFactory: (sandbox: Sandbox) => new DeadCodeAnalyser(sandbox) },
    { provide: TestRunner, inject: [Sandbox], useFactory: (sandbox: Sandbox) => new TestRunner(sandbox) },
    {
      provide: Workspaces,
      inject: [CONFIGURATION],
      useFactory: ({ WORKSPACE_ROOT }: Configuration) => new Workspaces(WORKSPACE_ROOT),
    },
  ],
  exports: [Sandbox, DeadCodeAnalyser, TestRunner, Workspaces],
})
export class WorkspaceModule {}
