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
    if (metadata.type === 'query' && metadata.metatype !== String) {
      const query = withGathered(value);
      const issue = bodyIssue(query);
      if (issue) throw new InvalidInputError([{ ...issue, message: issue.message.replace('body', 'query') }]);
      return super.transform(query, metadata) as Promise<unknown>;
    }
    if (metadata.type !== 'body') return super.transform(value, metadata) as Promise<unknown>;
    const body = value ?? {};
    const issue = bodyIssue(body);
    if (issue) throw new InvalidInputError([issue]);
    await super.transform(body, metadata);
    return body;
  }
}

/** A query with the object that `metadata.key=…` or `metadata[key]=…` stand for; keys are data, whatever they are called. */
function withGathered(query: unknown): unknown {
  if (typeof query !== 'object' || query === null) return query;
  const fields = new Map<string, unknown>();
  for (const [name, value] of Object.entries(query)) {
    const [, field, dotted, bracketed] = /^(\w+)(?:\.(.+)|\[(.+)\])$/s.exec(name) ?? [];
    const key = dotted ?? bracketed;
    if (field === undefined || key === undefined) fields.set(name, value);
    else fields.set(field, withEntry(fields.get(field), key, value));
  }
  return Object.fromEntries(fields);
}

function withEntry(object: unknown, key: string, value: unknown): object {
  const known = typeof object === 'object' && object !== null ? Object.entries(object) : [];
  return Object.fromEntries([...known, [key, value]]);
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
