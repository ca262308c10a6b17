import { InvalidExpressionError } from '../jobs.errors.ts';
import { CURE, expressionTokens, type Operator, type Token } from './expression-tokens.ts';
import { type NumberWord, spokenNumber } from './number-words.ts';

/** A number, or two expressions joined by an operator. */
export type Expression =
  number | { readonly operator: Operator; readonly left: Expression; readonly right: Expression };

const MAX_DEPTH = 50;
const MAX_OPERATIONS = 200;

/**
 * Reads arithmetic in signs or plain English: `(3 + 4) * 2 / 7`, `three plus four times two`, `the sum of 3, 4 and 5`,
 * `subtract 2 from 5`, `half of ten`. Multiplication goes before addition. Throws InvalidExpressionError that names the
 * place. Nothing is evaluated.
 */
export function parseExpression(expression: string): Expression {
  return new Parser(expressionTokens(expression)).whole();
}

/** By recursive descent, from the operators that bind least to those that bind most. */
class Parser {
  private at = 0;
  private depth = 0;
  private operations = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Expression {
    if (this.tokens.length === 0) throw new InvalidExpressionError('it is empty', CURE);
    const expression = this.sum();
    if (this.current) throw this.unexpected('an operation such as plus, or the end');
    return expression;
  }

  private sum(): Expression {
    return this.chain(['add', 'sub'], () => this.product());
  }

  private product(): Expression {
    return this.chain(['mul', 'div'], () => this.factor());
  }

  private chain(operators: readonly Operator[], part: () => Expression): Expression {
    let left = part();
    for (
      let token = this.current;
      token?.kind === 'operator' && operators.includes(token.operator);
      token = this.current
    ) {
      this.at++;
      left = this.join(token.operator, left, part());
    }
    return left;
  }

  /** A number or whatever stands for one, with the signs before it and the squares after it. */
  private factor(): Expression {
    if (++this.depth > MAX_DEPTH)
      throw new InvalidExpressionError(`it is nested deeper than ${MAX_DEPTH} levels`, CURE);
    const negated = this.current?.kind === 'operator' && this.current.operator === 'sub';
    if (negated) this.at++;
    let value = negated ? this.negative(this.factor()) : this.primary();
    while (!negated && this.accept('squared')) value = this.join('mul', value, value);
    this.depth--;
    return value;
  }

  private primary(): Expression {
    const token = this.current;
    switch (token?.kind) {
      case 'number':
        this.at++;
        return token.value;
      case 'spoken':
        return this.spoken();
      case 'open': {
        this.at++;
        const inner = this.sum();
        if (!this.accept('close')) throw this.unexpected('a closing bracket');
        return inner;
      }
      case 'half':
      case 'double':
        this.at++;
        this.accept('of');
        return token.kind === 'half' ? this.join('div', this.factor(), 2) : this.join('mul', 2, this.factor());
      case 'fold':
        this.at++;
        if (!this.accept('of')) throw this.unexpected('of');
        return this.fold(token.operator);
      case 'verb':
        this.at++;
        return this.verb(token.operator, token.joints);
      default:
        throw this.unexpected('a number');
    }
  }

  /** `the sum of a, b and c` */
  private fold(operator: Operator): Expression {
    let value = this.product();
    let count = 1;
    for (; this.acceptSeparator(); count++) value = this.join(operator, value, this.product());
    if (count === 1) throw this.unexpected('and with a second number');
    return value;
  }

  /** `add a to b`, `subtract a from b`, `multiply a by b`, `divide a by b` */
  private verb(operator: Operator, joints: readonly string[]): Expression {
    const operand = () => (operator === 'add' || operator === 'sub' ? this.product() : this.factor());
    const first = operand();
    const joint = this.current;
    if (joint === undefined || !joints.includes(joint.text)) throw this.unexpected(joints.join(' or '));
    this.at++;
    const second = operand();
    return joint.text === 'from' || joint.text === 'to'
      ? this.join(operator, second, first)
      : this.join(operator, first, second);
  }

  /** Words in a row, with `and` after hundred or thousand, and digits after `point`. */
  private spoken(): number {
    const words: NumberWord[] = [];
    const ends: number[] = [];
    for (let at = this.at, token = this.tokens[at]; token; token = this.tokens[++at]) {
      if (token.kind === 'and' && words.at(-1)?.kind === 'scale' && this.tokens[at + 1]?.kind === 'spoken') continue;
      if (token.kind !== 'spoken') break;
      words.push(token.word);
      ends.push(at + 1);
    }
    const number = spokenNumber(words);
    const end = number && ends[number.taken - 1];
    if (number === null || end === undefined || end === null) throw this.unexpected('a number');
    this.at = end;
    if (!this.accept('point')) return number.value;
    let digits = '';
    for (let token = this.current; token?.kind === 'spoken' && token.word.kind === 'unit'; token = this.current) {
      digits += String(token.word.value);
      this.at++;
    }
    if (digits === '') throw this.unexpected('digits after point, such as five');
    return Number(`${number.value}.${digits}`);
  }

  private negative(value: Expression): Expression {
    return typeof value === 'number' ? 0 - value : this.join('sub', 0, value);
  }

  private join(operator: Operator, left: Expression, right: Expression): Expression {
    if (++this.operations > MAX_OPERATIONS) {
      throw new InvalidExpressionError(`it has more than ${MAX_OPERATIONS} operations`, 'Split it.');
    }
    return { operator, left, right };
  }

  private get current(): Token | undefined {
    return this.tokens[this.at];
  }

  private accept(kind: Token['kind']): boolean {
    if (this.current?.kind !== kind) return false;
    this.at++;
    return true;
  }

  /** `,` or `and` or both. */
  private acceptSeparator(): boolean {
    const comma = this.accept('comma');
    return this.accept('and') || comma;
  }

  private unexpected(wanted: string): InvalidExpressionError {
    const token = this.current;
    const found = token ? `${JSON.stringify(token.text)} at character ${token.position}` : 'the end';
    return new InvalidExpressionError(`${found} stands where ${wanted} would be right`, CURE);
  }
}
