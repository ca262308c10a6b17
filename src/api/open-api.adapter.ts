import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { withPlanSchema } from './execution-plan.dto.ts';

const description = `Runs AI coding tasks on small local models and remote workers, and records every step as an immutable event.

Errors are problem details (RFC 9457) with a stable \`code\`; \`errors\` lists what is wrong where. Every answer carries an
\`x-correlation-id\`, the one you sent or a new one, which the log has too.`;

/** Swagger UI at /docs, the document at /docs-json and /docs-yaml. The document is made when it is first asked for. */
export function setUpDocumentation(app: NestFastifyApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= documentOf(app)), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Taskloom API',
  });
}

function documentOf(app: NestFastifyApplication): OpenAPIObject {
  const info = new DocumentBuilder()
    .setTitle('Taskloom')
    .setDescription(description)
    .setVersion('1')
    .setLicense('MIT', '')
    .addTag('tasks', 'Coding tasks: create, watch, steer, read the results')
    .addTag('work items', 'Model calls that wait for somebody to answer them')
    .addTag('jobs', 'Graphs of steps that agents do')
    .addTag('agents', 'Who does the steps of jobs, and how they speak')
    .addTag('approvals', 'Steps that people have to approve before they run')
    .addTag('schedules', 'Jobs that are made later, once or again and again')
    .addTag('health', 'Whether the service works')
    .build();
  return withPlanSchema(withDescribedPaths(SwaggerModule.createDocument(app, info)));
}

/** OpenAPI has no wildcards: the rest of a path is its parameter `path`, which Swagger leaves nameless. */
function withDescribedPaths(document: OpenAPIObject): OpenAPIObject {
  for (const { get } of Object.values(document.paths)) {
    for (const parameter of get?.parameters ?? []) {
      if (!('name' in parameter) || parameter.name !== '*') continue;
      parameter.name = 'path';
      parameter.description = 'A path as the list of files names it';
      parameter.schema = { type: 'string', example: 'src/slugify.js' };
    }
  }
  return document;
}
