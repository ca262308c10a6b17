import { z } from 'zod';
import { answerRpn } from '../../broker/index.ts';
import type { ExecutionContext } from './executor.ts';
import { SchemaExecutor } from './executor.ts';

const params = z
  .strictObject({
    expression: z.string().min(1).max(10_000).optional(),
    operation: z.enum(['add', 'sub', 'mul', 'div', '+', '-', '*', '/']).optional(),
    operands: z.array(z.number()).min(2).max(1000).optional(),
  })
  .refine(
    ({ expression, operation, operands }) =>
      expression === undefined
        ? operation !== undefined && operands !== undefined
        : operation === undefined && operands === undefined,
    'give either an expression such as "3 4 +", or operation and operands',
  );

type Params = z.infer<typeof params>;

/** Calculates in reverse Polish notation: `{expression: "3 4 +"}` or `{operation: "add", operands: [3, 4]}` → `{value}`. */
export class RpnExecutor extends SchemaExecutor<Params, { readonly value: number }> {
  override readonly action = 'rpn';
  override readonly description =
    'Calculates; params: expression in reverse Polish notation such as "3 4 +", or operation (add, sub, mul, div) and operands, two or more numbers. Result: value';
  override readonly timeoutMs = 5000;
  protected override readonly schema = params;

  protected override perform({ expression, operation, operands }: Params, { signal }: ExecutionContext) {
    return Promise.try(() => {
      signal.throwIfAborted();
      if (expression !== undefined) return answerRpn(expression);
      return answerRpn({ operation: operation ?? '', operands: operands ?? [] });
    });
  }

  protected override judge(_params: Params, { value }: { readonly value: number }): string | null {
    return Number.isFinite(value) ? null : `the value ${value} is no number`;
  }
}
