export {
  Sandbox,
  type Isolation,
  type SandboxCommand,
  type SandboxFile,
  type SandboxLimits,
  type SandboxResult,
} from './sandbox.ts';
export type { TestCaseResult, TestReport, TestRequest } from './test-runner.ts';
