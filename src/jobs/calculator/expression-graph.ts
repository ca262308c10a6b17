import type { Json } from '../../kernel/json.ts';
import { TaskGraph } from '../graph/task-graph.ts';
import type { ToDoInput } from '../graph/to-do.ts';
import { type Expression, parseExpression } from './parse-expression.ts';

/** The step whose result is that of the whole expression. */
export const RESULT_STEP = 'result';

/**
 * A graph that works an expression out: one rpn step for each operation, which any calculator may take; results of
 * others stand in its operands as references. Steps that need nothing of each other may run at the same time.
 * Throws InvalidExpressionError.
 */
export function graphOfExpression(text: string): TaskGraph {
  const expression = parseExpression(text);
  if (typeof expression === 'number') {
    return TaskGraph.build([{ id: RESULT_STEP, action: 'rpn', params: { expression: String(expression) } }]);
  }
  const steps: ToDoInput[] = [];
  /** The same part, such as what is squared, is worked out once. */
  const known = new Map<Expression, string>();
  const addStep = (part: Exclude<Expression, number>): string => {
    const before = known.get(part);
    if (before !== undefined) return before;
    const needed: string[] = [];
    const operandOf = (operand: Expression): Json => {
      if (typeof operand === 'number') return operand;
      const step = addStep(operand);
      if (!needed.includes(step)) needed.push(step);
      return `{{steps.${step}.result.value}}`;
    };
    const operands = [operandOf(part.left), operandOf(part.right)];
    const id = part === expression ? RESULT_STEP : `${part.operator}-${steps.length + 1}`;
    steps.push({ id, action: 'rpn', params: { operation: part.operator, operands }, dependsOn: needed });
    known.set(part, id);
    return id;
  };
  addStep(expression);
  return TaskGraph.build(steps);
}
