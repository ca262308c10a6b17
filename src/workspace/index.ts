export { chooseSandbox } from './choose-sandbox.ts';
export { checkFiles, safePath } from './safe-path.ts';
export {
  defaultLimits,
  Sandbox,
  type Isolation,
  type RunEnd,
  type SandboxCommand,
  type SandboxDescription,
  type SandboxFile,
  type SandboxLimits,
  type SandboxResult,
} from './sandbox.ts';
export { DeadCodeAnalyser, type DeadCodeReport } from './dead-code.ts';
export { testLanguages, type TestLanguage } from './test-languages.ts';
export type { TestCaseResult, TestReport } from './test-report.ts';
export { TestRunner, type TestRequest, type TestRunnerOptions } from './test-runner.ts';
export {
  InterpreterMissingError,
  SandboxFailedError,
  SandboxUnavailableError,
  TestFileMissingError,
  UnknownLanguageError,
  UnsafePathError,
  WorkspaceUnavailableError,
} from './workspace.errors.ts';
export { WorkspaceModule } from './workspace.module.ts';
export { Workspaces, type WorkspaceChanges, type WorkspaceFile } from './workspaces.ts';
