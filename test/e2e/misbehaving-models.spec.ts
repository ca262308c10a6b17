import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasPython } from '../support/coding-samples.ts';
import { FakeOllama } from '../support/fake-ollama.ts';
import type { FakeAnswer } from '../support/fake-ollama.ts';
import { LiveServer } from '../support/live-server.ts';
import { expectKeptBudgets } from '../support/kept-budgets.ts';
import { eventsOf, outcomeOf, request } from '../support/rest.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

interface Language {
  readonly name: 'javascript' | 'typescript' | 'python';
  readonly path: (id: string) => string;
  readonly testPath: (id: string) => string;
  readonly test: (id: string) => string;
  /** A module whose `answer()` returns this expression, after this statement. */
  readonly code: (result: string, statement?: string) => string;
  readonly forever: string;
  readonly leave: string;
  readonly write: (path: string) => string;
}

const script = (
  extension: 'js' | 'ts',
): Pick<Language, 'path' | 'testPath' | 'test' | 'forever' | 'leave' | 'write'> => ({
  path: (id) => `src/${id}.${extension}`,
  testPath: (id) => `test/${id}.test.${extension}`,
  test: (id) =>
    `import test from 'node:test';\nimport assert from 'node:assert/strict';\nimport { answer } from '../src/${id}.${extension}';\ntest('is 42', () => assert.equal(answer(), 42));\ntest('is a number', () => assert.equal(typeof answer(), 'number'));\n`,
  forever: 'while (true) {}',
  leave: 'process.exit(0);',
  write: (path) =>
    `try { (await import('node:fs')).writeFileSync(${JSON.stringify(path)}, 'here'); } catch { /* refused */ }`,
});

const languages: readonly Language[] = [
  {
    name: 'javascript',
    ...script('js'),
    code: (result, statement = '') => `${statement}\nexport function answer() {\n  return ${result};\n}\n`,
  },
  {
    name: 'typescript',
    ...script('ts'),
    code: (result, statement = '') => `${statement}\nexport function answer(): unknown {\n  return ${result};\n}\n`,
  },
  {
    name: 'python',
    path: (id) => `${id}.py`,
    testPath: (id) => `test_${id}.py`,
    test: (id) =>
      `import unittest\nfrom ${id} import answer\n\nclass Answer(unittest.TestCase):\n    def test_is_42(self):\n        self.assertEqual(answer(), 42)\n\n    def test_is_a_number(self):\n        self.assertIsInstance(answer(), int)\n`,
    code: (result, statement = '') => `${statement}\ndef answer():\n    return ${result}\n`,
    forever: 'while True:\n    pass',
    leave: 'import os\nos._exit(0)',
    write: (path) =>
      `try:\n    with open(${JSON.stringify(path)}, 'w') as out:\n        out.write('here')\nexcept OSError:\n    pass`,
  },
];

/** A question that the model gets, and what it could say. */
interface Turn {
  readonly language: Language;
  readonly id: string;
  /** 1 for the first question of this task. */
  readonly turn: number;
  readonly right: string;
  readonly say: (code: string, path?: string) => string;
}

interface Behaviour {
  readonly name: string;
  readonly reply: (turn: Turn) => FakeAnswer;
  /** How the task ends: completed, or failed with this code. */
  readonly ends: string;
  /** An event that tells what happened on the way. */
  readonly told?: string;
}

const outside = temporaryDirectory();
const first = (reply: (turn: Turn) => FakeAnswer) => (turn: Turn) =>
  turn.turn === 1 ? reply(turn) : turn.say(turn.right);
const raw = (text: string): FakeAnswer => ({ text, ignoresFormat: true });

const behaviours: readonly Behaviour[] = [
  {
    name: 'wraps its answer in prose and its code in a fence',
    reply: ({ say, right }) => raw(`Sure, here it is:\n\`\`\`json\n${say(`\`\`\`\n${right}\`\`\``)}\n\`\`\`\nEnjoy!`),
    ends: 'completed',
  },
  {
    name: 'names another file first',
    reply: first(({ say, right }) => raw(say(right, 'src/elsewhere.js'))),
    ends: 'completed',
  },
  {
    name: 'changes the test first',
    reply: first(({ say, language, id }) => raw(say('', language.testPath(id)))),
    ends: 'completed',
  },
  {
    name: 'writes outside of the workspace first',
    reply: first(({ say, right }) => raw(say(right, '../../../outside.js'))),
    ends: 'completed',
  },
  {
    name: 'is cut off in its code first',
    reply: first(({ say, right }) => say(`\`\`\`\n${right.slice(0, 12)}`)),
    ends: 'completed',
  },
  {
    name: 'leaves out a field first',
    reply: first(({ right }) => raw(JSON.stringify({ code: right }))),
    ends: 'completed',
  },
  {
    name: 'never answers with JSON',
    reply: () => raw('I would rather not.'),
    ends: 'ANSWERS_UNUSABLE',
    told: 'MODEL_CALL_FAILED',
  },
  {
    name: 'gives the same wrong code for ever',
    reply: ({ say, language }) => say(language.code('41')),
    ends: 'NO_PROGRESS',
    told: 'MODEL_ANSWER_REJECTED',
  },
  {
    name: 'gets worse with each correction',
    reply: ({ say, language, turn }) => say(language.code(turn === 1 ? '41' : `"${'x'.repeat(turn)}"`)),
    ends: 'NO_PROGRESS',
    told: 'CORRECTION_COMPLETED',
  },
  {
    name: 'is overloaded at first',
    reply: first(() => ({ status: 429, error: 'busy', headers: { 'retry-after': '1' } })),
    ends: 'completed',
  },
  {
    name: 'fails inside at first',
    reply: first(() => ({ status: 500, error: 'out of memory' })),
    ends: 'completed',
  },
  {
    name: 'breaks off in the middle of its first answer',
    reply: first(({ say, right }) => ({ text: say(right), breakOff: { afterTokens: 3, how: 'socket' } })),
    ends: 'completed',
  },
  {
    name: 'does not answer in time at first',
    reply: first(({ say, right }) => ({
      text: say(right),
      beforeFirstToken: (signal) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
    })),
    ends: 'completed',
    told: 'MODEL_CALL_FAILED',
  },
  {
    name: 'writes a loop without an end first',
    reply: first(({ say, language }) => say(language.code('42', language.forever))),
    ends: 'completed',
    told: 'TEST_FAILED',
  },
  {
    name: 'leaves before a test has run first',
    reply: first(({ say, language }) => say(language.code('42', language.leave))),
    ends: 'completed',
    told: 'TEST_FAILED',
  },
  {
    name: 'writes outside while its tests run',
    reply: ({ say, language, id }) => say(language.code('42', language.write(join(outside.path, id)))),
    ends: 'completed',
  },
];

const cases = behaviours.flatMap((behaviour, index) =>
  languages.map((language) => ({ behaviour, language, id: `case_${index}_${language.name}` })),
);

describe('models that misbehave, in three languages', () => {
  const turns = new Map<string, number>();
  let ollama: FakeOllama;
  let server: LiveServer;

  beforeAll(async () => {
    ollama = await FakeOllama.start({
      parallel: 8,
      respond: ({ messages }) => {
        const prompt = messages.map(({ content }) => content).join('\n');
        const asked = cases.find(({ id, language }) => prompt.includes(`The file ${language.path(id)}`));
        if (!asked) throw new Error(`nobody asked this: ${prompt.slice(0, 200)}`);
        const { behaviour, language, id } = asked;
        const turn = (turns.get(id) ?? 0) + 1;
        turns.set(id, turn);
        const say = (code: string, path = language.path(id)) => JSON.stringify({ path, code });
        return behaviour.reply({ language, id, turn, right: language.code('42'), say });
      },
    });
    server = await LiveServer.start({
      LLM_PROVIDER: 'ollama',
      OLLAMA_BASE_URL: ollama.url,
      LLM_TIMEOUT_MS: '2000',
      TEST_TIMEOUT_MS: '4000',
    });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await ollama.stop();
    outside[Symbol.dispose]();
  });

  it('each end as they should, none hangs, the log tells why, and every call keeps its budget [LM-3, TK-3, TK-4, WS-3, CX-3]', async () => {
    const runnable = cases.filter(({ language }) => hasPython || language.name !== 'python');
    await Promise.all(
      runnable.map(async ({ id, language }) => {
        const { status } = await request('POST', `${server.url}/tasks`, {
          taskId: id,
          prompt: `Write answer() in ${language.path(id)}.`,
          language: language.name,
          modules: [{ path: language.path(id), description: 'Exports answer().' }],
          files: [{ path: language.testPath(id), content: language.test(id), role: 'test' }],
        });
        expect(status).toBe(201);
      }),
    );
    for (const { behaviour, language, id } of runnable) {
      const { status, error } = await outcomeOf(server.url, id, 100_000);
      const events = await eventsOf(server.url, id);
      const types = events.map(({ eventType }) => eventType);
      const ends = status === 'completed' ? status : (error as { code: string } | null)?.code;
      expect({ what: behaviour.name, in: language.name, ends, types }).toEqual({
        what: behaviour.name,
        in: language.name,
        ends: behaviour.ends,
        types: behaviour.told === undefined ? types : (expect.arrayContaining([behaviour.told]) as unknown),
      });
      expect(await expectKeptBudgets(events)).toBeGreaterThan(0);
      // Completed is what has passed its tests, and nothing else is.
      expect(types.includes('TEST_PASSED')).toBe(behaviour.ends === 'completed');
      const test = await fetch(`${server.url}/tasks/${id}/files/${language.testPath(id)}`);
      expect(await test.text()).toBe(language.test(id));
      expect(existsSync(join(outside.path, id))).toBe(false);
    }
  }, 180_000);
});
