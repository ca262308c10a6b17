import { describe, expect, it } from '@jest/globals';
import { testConfiguration } from '../../test/support/configuration.ts';
import { redactorOf } from './redactor-of.ts';

describe('what is secret in the configuration', () => {
  it('is every password of an address, however it is written there, and never the address itself [PL-3, PL-7]', () => {
    const redactor = redactorOf(
      testConfiguration({
        DATA_DIR: '/data',
        DATABASE_URL: 'postgres://ada:p%40ssw0rd-1@db.example/taskloom?password=an0ther-one',
        SMTP_URL: 'smtp://ada:100%25-%zz-bad@mail.example',
      }),
    );
    const told = 'p@ssw0rd-1, p%40ssw0rd-1, an0ther-one and 100%25-%zz-bad at postgres://ada@db.example:5432/taskloom';
    const hidden = '[redacted secret]';
    expect(redactor.text(told)).toBe(
      `${hidden}, ${hidden}, ${hidden} and ${hidden} at postgres://ada@db.example:5432/taskloom`,
    );
  });
});
