import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { InvalidInputError, type Issue } from '../kernel/errors.ts';
import { bodyIssue } from './body-guard.ts';

const forbidden = 'whitelistValidation';

/**
 * Validates bodies and queries by the classes of their parameters: unknown fields are errors, and all that is wrong is
 * said at once with its path. A body goes on as the plain JSON it came as, a query as its class with real numbers.
 */
@Injectable()
export class StrictValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      stopAtFirstError: true,
      exceptionFactory: (errors) => new InvalidInputError(errors.flatMap((error) => issuesOf(error, ''))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type !== 'body') return super.transform(value, metadata) as Promise<unknown>;
    const body = value ?? {};
    const issue = bodyIssue(body);
    if (issue) throw new InvalidInputError([issue]);
    await super.transform(body, metadata);
    return body;
  }
}

/** `files[0].path` for a path of nested properties, as in the language of the body. */
function issuesOf({ property, value, constraints, children }: ValidationError, parent: string): readonly Issue[] {
  const isIndex = /^\d+$/.test(property);
  const path = isIndex ? `${parent}[${property}]` : parent ? `${parent}.${property}` : property;
  const own = Object.entries(constraints ?? {}).map(([name, message]) => ({
    path,
    message: messageOf(name, value === undefined ? 'is missing' : withoutName(message, property)),
  }));
  return [...own, ...(children ?? []).flatMap((child) => issuesOf(child, path))];
}

function messageOf(constraint: string, message: string): string {
  return constraint === forbidden ? 'is not a known field: leave it out' : message;
}

function withoutName(message: string, property: string): string {
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}
