import { type Health, type TaskloomClient, TaskloomError } from '../client/index.ts';

/** How the server is, healthy or not: a model that does not answer yet is no reason to say nothing of the rest. */
export async function healthOf(client: TaskloomClient): Promise<Health> {
  try {
    return await client.health();
  } catch (error) {
    if (error instanceof TaskloomError && isHealth(error.details.health))
      return { status: 'down', ...error.details.health };
    throw error;
  }
}

function isHealth(value: unknown): value is Omit<Health, 'status'> {
  return typeof value === 'object' && value !== null && 'brain' in value && 'parts' in value;
}
