import './tasks.events.ts';

export { TasksModule } from './tasks.module.ts';
export { TasksService } from './tasks.service.ts';
export { WorkItemsService, type ClaimedWorkItem, type ClaimOptions, type WorkItemView } from './work-items.service.ts';
export type { NewTask } from './new-task.ts';
export type { FileView } from './task-files.ts';
export type { TaskPage, TaskQuery } from './task-reader.ts';
export { taskStatuses, type ModuleView, type TaskStatus, type TaskView } from './task-view.ts';
export {
  AnswerRefusedError,
  FileNotFoundError,
  IdempotencyKeyReusedError,
  PlanNotReadyError,
  TaskFinishedError,
  TaskNotFoundError,
  VersionNotFoundError,
  WorkItemLeaseError,
  WorkItemNotFoundError,
} from './tasks.errors.ts';
export { VersionedState } from './versioned-state.ts';
