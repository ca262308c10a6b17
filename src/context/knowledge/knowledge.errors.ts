import { AppError } from '../../kernel/errors.ts';

export class KnowledgeNotFoundError extends AppError {
  readonly code = 'KNOWLEDGE_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(id: string) {
    super(`There is no entry ${JSON.stringify(id)}: it was forgotten, or never learned. List what there is.`, { id });
  }
}
