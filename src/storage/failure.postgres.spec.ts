import { describe, expect, it } from '@jest/globals';
import { postgresFailureOf } from './failure.postgres.ts';

const coded = (code: string, message = 'as reported') => Object.assign(new Error(message), { code });

describe('what PostgreSQL and the way to it report', () => {
  it.each([
    [coded('ECONNREFUSED', ''), 'unreachable'],
    [
      Object.assign(new Error(''), { code: 'ECONNREFUSED', errors: [new Error('connect ::1'), new Error()] }),
      'unreachable',
    ],
    [coded('ENOTFOUND'), 'unreachable'],
    [coded('57P03', 'the database system is starting up'), 'unreachable'],
    [coded('SELF_SIGNED_CERT_IN_CHAIN'), 'unreachable'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'unreachable'],
    [new Error('The server does not support SSL connections'), 'unreachable'],
    [new Error('timeout exceeded when trying to connect'), 'unreachable'],
    [coded('28P01', 'password authentication failed'), 'permission'],
    [new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'), 'permission'],
    [coded('42501'), 'permission'],
    [coded('3D000'), 'missing'],
    [coded('25006'), 'readOnly'],
    [coded('53300', 'too many clients already'), 'locked'],
    [coded('53100'), 'diskFull'],
    [coded('58030', 'could not extend file: No space left on device'), 'diskFull'],
    [coded('58030'), 'io'],
    [coded('XX001'), 'damaged'],
  ])('is told by a word to decide by: %s [EV-26]', (error, problem) => {
    expect(postgresFailureOf(error)).toMatchObject({ kind: 'unavailable', problem });
  });

  it.each([coded('42601', 'syntax error'), coded('23505'), new Error('SASLify'), 'a text', null])(
    'is a mistake of the program where neither is to blame: %s [EV-26]',
    (error) => {
      expect(postgresFailureOf(error)).toMatchObject({ kind: 'statement' });
    },
  );
});
