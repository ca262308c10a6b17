import type { SourceFile } from '../events/index.ts';
import type { CodingState, ModuleState, OpenCall } from './coding-state.ts';

// Small pure changes of a coding task's state. What is not there is left alone.

export function withFiles(state: CodingState, files: readonly SourceFile[]): CodingState {
  const all = new Map(state.files);
  for (const file of files) all.set(file.path, file);
  return { ...state, files: all };
}

export function closeCall(state: CodingState, callId: string | null): CodingState {
  if (callId === null || !state.calls.has(callId)) return state;
  const calls = new Map(state.calls);
  calls.delete(callId);
  return { ...state, calls };
}

/** Whoever still answers one of these calls answers in vain. */
export function closeCallsFor(state: CodingState, isConcerned: (module: string | null) => boolean): CodingState {
  const calls = new Map([...state.calls].filter(([, call]) => !isConcerned(call.request.module)));
  return { ...state, calls };
}

export function changeCall(
  state: CodingState,
  callId: string,
  change: (call: OpenCall) => Partial<OpenCall>,
): CodingState {
  const call = state.calls.get(callId);
  if (!call) return state;
  return { ...state, calls: new Map(state.calls).set(callId, { ...call, ...change(call) }) };
}

export function changeModule(
  state: CodingState,
  path: string,
  change: (module: ModuleState) => Partial<ModuleState>,
): CodingState {
  const module = state.modules.get(path);
  if (!module) return state;
  return { ...state, modules: new Map(state.modules).set(path, { ...module, ...change(module) }) };
}
