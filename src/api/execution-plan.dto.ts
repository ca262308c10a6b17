import type { OpenAPIObject } from '@nestjs/swagger';
import { planJsonSchema } from '../tasks/index.ts';
import { CheckedField, MOST_CHARACTERS } from './fields.dto.ts';

/** Points to the form of a plan, which stands in the document once. */
export const planReference = { $ref: '#/components/schemas/ExecutionPlan' };
const givenReference = { $ref: '#/components/schemas/GivenExecutionPlan' };

/** Adds the forms of a plan, as it is checked and as it is answered, to the OpenAPI document. */
export function withPlanSchema(document: OpenAPIObject): OpenAPIObject {
  const plans = { GivenExecutionPlan: planJsonSchema('input'), ExecutionPlan: planJsonSchema('output') };
  document.components = { ...document.components, schemas: { ...document.components?.schemas, ...plans } };
  return document;
}

/** A whole plan as an object or as Markdown; what it holds is for the service to judge. */
export function GivenPlanField(description: string): PropertyDecorator {
  return CheckedField(
    {
      description,
      example: {
        language: 'javascript',
        overview: { objective: 'Make titles usable in URLs' },
        agents: [{ tasks: [{ name: 'Write slugify', files: ['src/slugify.js'] }] }],
      },
      optional: true,
      oneOf: [givenReference, { type: 'string', maxLength: MOST_CHARACTERS }],
    },
    'isPlan',
    (value) =>
      typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value))
        ? null
        : 'must be a plan as an object, or its Markdown as a string',
  );
}
