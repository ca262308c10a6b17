import { AppError } from '../../kernel/errors.ts';

export class KnowledgeNotFoundError extends AppError {
  readonly code = 'KNOWLEDGE_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(id: string) {
    super(`There is no entry ${JSON.stringify(id)}: it was forgotten, or never learned. List what there is.`, { id });
  }
}

/** So much is remembered already that nothing more can be. */
export class MemoryFullError extends AppError {
  readonly code = 'CONTEXT_MEMORY_FULL';
  readonly kind = 'limit';

  constructor(limit: number) {
    super(`${limit} memories are kept, and no more fit: forget some (DELETE /knowledge/{id}).`, { limit });
  }
}
