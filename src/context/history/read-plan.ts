import { type Payload, payloadOf, payloadsOf, textOf, textsOf } from './payload.ts';
import type { PlannedPart, RecordContent } from './task-record.ts';

/** What a plan says, short or whole, as far as it is there. */
export function readPlan(payload: Payload): Extract<RecordContent, { kind: 'planned' }> {
  const plan = payloadOf(payload['plan']);
  const document = payloadOf(plan['document']);
  const approach = payloadOf(document['approach']);
  return {
    kind: 'planned',
    objective: textOf(plan['objective']),
    modules: payloadsOf(plan['modules'])
      .map(partOf)
      .filter(({ path }) => path !== ''),
    decisions: [...payloadsOf(approach['decisions']).map(decisionOf), ...textsOf(approach['integrationPoints'])].filter(
      Boolean,
    ),
    settings: settingsOf(document),
    removed: textsOf(payload['removed']),
  };
}

function partOf(module: Payload): PlannedPart {
  return {
    path: textOf(module['path']),
    description: textOf(module['description']),
    dependsOn: textsOf(module['dependsOn']),
    testCases: textsOf(module['testCases']),
  };
}

function decisionOf({ decision, rationale, alternative, whyRejected }: Payload): string {
  const because = textOf(rationale) && `, because ${textOf(rationale)}`;
  const instead = textOf(alternative) && `; not ${textOf(alternative)}`;
  const rejected = instead && textOf(whyRejected) && `: ${textOf(whyRejected)}`;
  return textOf(decision) && `${textOf(decision)}${because}${instead}${rejected}`;
}

function settingsOf(document: Payload): readonly string[] {
  const dependencies = payloadsOf(payloadOf(document['overview'])['dependencies']);
  const { testFramework, environment } = payloadOf(document['clarifications']);
  return [
    ...dependencies.map(({ name, version }) => `${textOf(name)} ${textOf(version)}`.trim()),
    ...[testFramework, environment].map((text) => textOf(text).trim()),
  ].filter(Boolean);
}
