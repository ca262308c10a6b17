import { describe, expect, it } from '@jest/globals';
import { UriTemplate } from '@modelcontextprotocol/server';
import fc from 'fast-check';
import { decoded, fileUri, taskUri, uriTemplates } from './task-uris.ts';

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => text.isWellFormed());

describe('the URI of a resource [MCP-2]', () => {
  it('gives back the id of its task and the path of its file, whatever they are', () => {
    const file = new UriTemplate(uriTemplates.file);
    const plan = new UriTemplate(uriTemplates.plan);
    fc.assert(
      fc.property(name, fc.array(name, { minLength: 1, maxLength: 4 }), (id, parts) => {
        const path = parts.join('/');
        // No file of a task has such a path; a name that is generated here may hold slashes itself.
        fc.pre(![id, ...path.split('/')].some((part) => part === '.' || part === '..'));
        // As the protocol library does before it looks for a template.
        const found = file.match(new URL(fileUri(id, path)).href);
        expect([decoded(found?.id), decoded(found?.path)]).toEqual([id, path]);
        expect(decoded(plan.match(new URL(taskUri(id, 'plan')).href)?.id)).toBe(id);
      }),
    );
  });

  it('that cannot be decoded names nothing', () => {
    for (const wrong of ['%', '%ff', '%zz', undefined, ['a', 'b']]) expect(decoded(wrong)).toBeNull();
  });
});
