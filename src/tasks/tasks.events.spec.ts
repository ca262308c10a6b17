import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { storedEvents } from '../../test/support/stored-events.ts';
import { type EventDraft, projectTask } from '../events/index.ts';
import './tasks.events.ts';

it('declares every type of the coding workflow, so that no task shows a warning for them [EV-1]', () => {
  const source = readFileSync(new URL('./tasks.events.ts', import.meta.url), 'utf8');
  const types = [...source.matchAll(/^ {4}([A-Z_]+): \{/gm)].map(([, type]) => type);
  expect(types).toContain('MODEL_CALL_REQUESTED');
  const drafts = types.map((eventType) => ({ eventType, data: {} }) as EventDraft);
  expect(projectTask('t', storedEvents('t', drafts)).warnings).toEqual([]);
  const unknown = { eventType: 'NOBODY_DECLARES_THIS', data: {} } as unknown as EventDraft;
  expect(projectTask('t', storedEvents('t', [unknown])).warnings).toMatchObject([{ code: 'unknownType' }]);
});
