// Tests see only the configuration they give themselves, whatever the machine's environment holds.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';

// The list of settings that a test holds against the code; reading it costs less than loading the code.
const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
for (const [, name] of example.matchAll(/^#([A-Z_]+)=/gm)) delete process.env[name];
delete process.env.TASKLOOM_URL;
