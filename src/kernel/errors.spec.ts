import { describe, expect, it } from '@jest/globals';
import { AppError, InvalidInputError, messageOf, systemCodeOf } from './errors.ts';

class LostError extends AppError {
  readonly code = 'LOST';
  readonly kind = 'notFound';
}

describe('errors', () => {
  it('carry a code, a kind, their class name, details and the cause', () => {
    const cause = new Error('why');
    const error = new LostError('Nothing there.', { id: 7 }, { cause });
    expect(error).toMatchObject({ name: 'LostError', code: 'LOST', kind: 'notFound', details: { id: 7 }, cause });
    expect(String(error)).toBe('LostError: Nothing there.');
  });

  it('name every issue of an input with the place it stands at', () => {
    const issues = [
      { path: 'modules[0].path', message: 'is empty' },
      { path: '', message: 'two roots' },
    ];
    const error = new InvalidInputError(issues);
    expect(error.message).toBe('modules[0].path: is empty; two roots');
    expect(error.details).toEqual({ issues });
  });

  it('give their message and system code whatever was thrown', () => {
    expect([messageOf(new Error('a')), messageOf('b'), messageOf(undefined)]).toEqual(['a', 'b', 'undefined']);
    expect(systemCodeOf(Object.assign(new Error('full'), { code: 'ENOSPC' }))).toBe('ENOSPC');
    for (const other of [new Error('x'), Object.assign(new Error('x'), { code: 7 }), { code: 'ENOSPC' }, null]) {
      expect(systemCodeOf(other)).toBeUndefined();
    }
  });
});
