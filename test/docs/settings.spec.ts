import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { configurationPage, environmentExample } from '../../scripts/docs/settings-reference.ts';
import { readConfiguration } from '../../src/kernel/configuration.ts';
import { settings } from '../../src/kernel/settings.ts';

const example = readFileSync(fileURLToPath(new URL('../../.env.example', import.meta.url)), 'utf8');
const switchedOn = parseEnv(example.replace(/^#(?=[A-Z])/gm, ''));

describe('.env.example', () => {
  it('lists every setting and no other [PL-1]', () => {
    expect(Object.keys(switchedOn).sort()).toEqual(Object.keys(settings).sort());
  });

  it('changes nothing as it is, and nothing but unset settings when all of it is switched on [PL-1]', () => {
    expect(parseEnv(example)).toEqual({});
    const defaults = readConfiguration({});
    const values = readConfiguration(switchedOn);
    const unset = Object.entries(settings).flatMap(([name, schema]) => (schema.def.type === 'optional' ? [name] : []));
    for (const name of Object.keys(settings) as (keyof typeof settings)[]) {
      if (unset.includes(name)) expect(values[name]).toBeDefined();
      else expect([name, values[name]]).toEqual([name, defaults[name]]);
    }
  });

  it('differs as soon as a setting is new, gone, or has another default or description [PL-1]', () => {
    const { PORT, ...withoutPort } = settings;
    const meta = PORT.meta();
    const changed = {
      missing: withoutPort,
      superfluous: { ...settings, EXTRA: z.string().optional().meta({ description: 'More', example: 'x' }) },
      'another default': {
        ...settings,
        PORT: PORT.unwrap()
          .default(1234)
          .meta({ ...meta }),
      },
      'another description': { ...settings, PORT: PORT.meta({ ...meta, description: 'Something else' }) },
    };
    expect(environmentExample(settings)).toBe(example);
    for (const [what, declared] of Object.entries(changed)) {
      expect({ what, same: environmentExample(declared) === example }).toEqual({ what, same: false });
      expect({ what, same: configurationPage(declared) === configurationPage(settings) }).toEqual({
        what,
        same: false,
      });
    }
  });

  it('refuses a setting without a description', () => {
    expect(() => environmentExample({ BARE: z.string() })).toThrow('BARE needs a description');
  });
});
