import './broker.events.ts';
export {
  AlreadyRegisteredError,
  AssignmentLostError,
  HandlerCrashedError,
  InboxFullError,
  MessageFailedError,
  MessageTimeoutError,
  NoMatchingWorkerError,
  NoOfferError,
  NotAWorkerError,
  WorkerIdTakenError,
  WorkerLostError,
  WorkerNotFoundError,
  WorkerStateError,
  WorkerTokenError,
} from './broker.errors.ts';
export { BrokerModule } from './broker.module.ts';
export { Broker, type BrokerOptions } from './broker.ts';
export {
  type DispatchAnswer,
  type DispatchRequest,
  type ShownError,
  strategies,
  type Strategy,
  type WorkerAnswer,
  type WorkerView,
} from './message.ts';
export { type Registration, type RegistrationAnswer, RemoteWorkers } from './remote-workers.ts';
export { answerRpn, evaluateRpn } from './rpn.ts';
export { type Handler, LocalWorker, type LocalWorkerOptions } from './worker.local.ts';
export { ThreadWorker, type ThreadWorkerOptions } from './worker.thread.ts';
export type { Heartbeat, WorkerLink } from './worker.remote.ts';
export { type Answer, type Assignment, type Delivery, type Offer, Worker, type WorkerState } from './worker.ts';
