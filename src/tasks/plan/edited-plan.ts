import { isDeepStrictEqual } from 'node:util';
import type { Plan, SourceFile } from '../../events/index.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import { readGivenPlan } from './given-plan.ts';
import { documentOf } from './plan-from-answer.ts';
import { planOf } from './plan-modules.ts';

/** A plan that is to take the place of another: as it was answered, or by its document (an object or its Markdown). */
export interface EditedPlan {
  readonly plan?: Omit<Plan, 'document'> & { readonly document?: object | string };
  readonly document?: object | string;
}

/**
 * The plan that an edit asks for. What has another document is taken by that, what has other modules by those: it has no
 * document then. Throws InvalidInputError for neither or both of the two ways, for a document with all that is wrong
 * with it, and where modules and document have both been changed and differ.
 */
export function editedPlan({ plan, document }: EditedPlan, current: Plan, given: readonly SourceFile[]): Plan {
  if (document !== undefined && plan === undefined) return planOf(readGivenPlan(document, given, 'document'));
  if (plan === undefined || document !== undefined) {
    throw new InvalidInputError([{ path: 'plan', message: 'or document: give exactly one of them' }]);
  }
  const { document: ofPlan, ...short } = plan;
  const sameModules = isSame(short, shortOf(current));
  const own = ofPlan === undefined ? undefined : readGivenPlan(ofPlan, given, 'plan.document');
  if (own === undefined || isSame(own, documentOf(current))) return sameModules ? current : short;
  const edited = planOf(own);
  if (sameModules || isSame(short, shortOf(edited))) return edited;
  const message = 'and the modules were both changed, and differ: leave the document out, or the modules as they were';
  throw new InvalidInputError([{ path: 'plan.document', message }]);
}

function shortOf({ objective, language, modules }: Plan): Plan {
  return { objective, language, modules };
}

function isSame(one: object, other: object): boolean {
  return isDeepStrictEqual(one, other);
}
