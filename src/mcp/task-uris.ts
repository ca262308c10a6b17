/** The resources of a task. An id is percent-encoded: it is data, and may hold a slash. */
export const uriTemplates = {
  task: 'taskloom://tasks/{id}',
  plan: 'taskloom://tasks/{id}/plan',
  events: 'taskloom://tasks/{id}/events',
  files: 'taskloom://tasks/{id}/files',
  file: 'taskloom://tasks/{id}/files/{+path}',
} as const;

export const TASKS_URI = 'taskloom://tasks';

export function taskUri(taskId: string, part?: 'plan' | 'events' | 'files'): string {
  const uri = `${TASKS_URI}/${encodeURIComponent(taskId)}`;
  return part === undefined ? uri : `${uri}/${part}`;
}

export function fileUri(taskId: string, path: string): string {
  return `${taskUri(taskId, 'files')}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** What stands in a variable of a template, decoded; null where it is no percent-encoded text. */
export function decoded(variable: string | readonly string[] | undefined): string | null {
  if (typeof variable !== 'string') return null;
  try {
    return decodeURIComponent(variable);
  } catch {
    return null;
  }
}
