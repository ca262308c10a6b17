import { createHash, randomUUID } from 'node:crypto';
import { built } from './arms.mjs';

// What a coding task leaves in the log: prompts of some KB, code, what tests print, and many small facts between. About
// 700 bytes of data an event. The sentences and the code repeat; their sizes and their JSON are those of real ones.
const CODE = `import { words } from './words.js';

/** Lower case, words joined by "-", nothing else; '' when nothing is left. */
export function slugify(text, { separator = '-' } = {}) {
  if (typeof text !== 'string') throw new TypeError(\`expected a string, got \${typeof text}\`);
  return words(text)
    .map((word) => word.normalize('NFKD').replace(/[^a-z0-9]/gi, '').toLowerCase())
    .filter((word) => word !== '')
    .join(separator);
}
`;
const RULES = `You write one module of a program. Answer with the code alone.\n${Array.from({ length: 20 }, (_, index) => `${index + 1}. A rule that the code is to follow, with an example: \`f("a") === 'a'\`.`).join('\n')}\n`;
const MESSAGE = `AssertionError: Expected values to be strictly equal:\n+ actual - expected\n\n+ 'hello--world'\n- 'hello-world'\n    at TestContext.<anonymous> (file:///work/slugify.test.js:14:10)\n    at Test.runInAsyncScope (node:async_hooks:214:14)\n`;

const hashOf = (text) => createHash('sha256').update(text).digest('hex');
const code = (module, version) => `${CODE}\n// ${module}, version ${version}\n`;

function plan(modules) {
  const paths = Array.from({ length: modules }, (_, index) => `src/module-${index}.js`);
  return {
    objective: 'A library that makes slugs, with tests',
    language: 'javascript',
    modules: paths.map((path, index) => ({
      path,
      description: `Part ${index} of the library`,
      dependsOn: index === 0 ? [] : [paths[index - 1]],
      testCases: ['keeps digits', 'joins words by one separator', 'answers an empty text for nothing'],
    })),
  };
}

function outcome(module, failed) {
  const results = Array.from({ length: 6 }, (_, index) => ({
    name: `case ${index} of ${module}`,
    file: 'test/slugify.test.js',
    status: index < failed ? 'failed' : 'passed',
    durationMs: 1.25 + index,
    ...(index < failed ? { message: MESSAGE } : {}),
  }));
  const output = `TAP version 13\n${results.map(({ name }, index) => `${index < failed ? 'not ok' : 'ok'} ${index + 1} - ${name}`).join('\n')}\n`;
  const counts = { passed: 6 - failed, failed, durationMs: 182.5, isolation: 'bwrap', exitCode: failed > 0 ? 1 : 0 };
  return { module, ...counts, results, output, outputBytesCut: 0 };
}

/** A model call, its question and its answer. */
function call(signature, module, answer) {
  const callId = randomUUID();
  const user = `Module: ${module}\n\nWhat there is already:\n\n${CODE.repeat(5)}\nWrite it.`;
  const requested = {
    eventId: callId,
    eventType: 'MODEL_CALL_REQUESTED',
    data: {
      callId,
      signature,
      role: 'executor',
      module,
      model: 'qwen2.5-coder:7b',
      messages: [
        { role: 'system', content: RULES },
        { role: 'user', content: user },
      ],
      answerSchema: { type: 'object', properties: { code: { type: 'string' } }, required: ['code'] },
      promptHash: hashOf(user),
      manifest: [{ part: 'module', tokens: 312, why: 'what is asked for', included: true }],
    },
  };
  const usage = { inputTokens: 1312, outputTokens: 240 };
  const completed = { callId, answer, by: 'ollama', model: 'qwen2.5-coder:7b', usage, durationMs: 4210, attempts: 1 };
  return [requested, { eventType: 'MODEL_CALL_COMPLETED', data: completed, causationId: callId }];
}

/** From the call to what its tests say, with one correction. */
function* work(module, iteration, version) {
  const change = (codeVersion, callId) => {
    const content = code(module, codeVersion);
    return { module, files: [{ path: module, content, role: 'source' }], codeHash: hashOf(content), callId };
  };
  const printed = (line) => ({
    eventType: 'TEST_OUTPUT',
    data: { module, text: `# ${line} of ${module}\n`.repeat(6) },
  });
  const started = { eventType: 'TEST_STARTED', data: { module, files: ['test/slugify.test.js'] } };

  yield { eventType: 'MODULE_STARTED', data: { module } };
  const first = call('GenerateModule', module, { code: code(module, version + 1) });
  yield* first;
  const generated = change(version + 1, first[0].eventId);
  yield { eventType: 'CODE_GENERATED', codeVersion: version + 1, causationId: first[0].eventId, data: generated };
  yield started;
  for (let line = 0; line < 5; line++) yield printed(`line ${line}`);
  yield { eventType: 'TEST_FAILED', data: outcome(module, 2) };
  yield { eventType: 'CORRECTION_STARTED', data: { module, iteration, failures: ['case 0', 'case 1'] } };
  const second = call('CorrectModule', module, { code: code(module, version + 2) });
  yield* second;
  const corrected = { ...change(version + 2, second[0].eventId), iteration };
  yield {
    eventType: 'CORRECTION_COMPLETED',
    codeVersion: version + 2,
    causationId: second[0].eventId,
    data: corrected,
  };
  yield { eventType: 'MODULE_ITERATION', data: { module, iteration } };
  yield started;
  for (let line = 0; line < 5; line++) yield printed(`line ${line}`);
  yield { eventType: 'TEST_PASSED', data: outcome(module, 0) };
  if (iteration % 3 === 0) yield { eventType: 'USER_INTERVENTION', data: { guidance: 'Keep it short.', by: 'Ada' } };
  yield { eventType: 'MODULE_COMPLETE', data: { module, iterations: iteration } };
}

function* endlessLife(modules) {
  const prompt = 'Write a library that makes slugs of titles, for a blog. '.repeat(8);
  const task = { prompt, answers: ['ASCII only'], priority: 50, language: 'javascript', files: [], modules: null };
  yield { eventType: 'TASK_CREATED', data: { ...task, limits: {}, models: {}, metadata: { team: 'web' } } };
  yield { eventType: 'TASK_STARTED', data: { brain: 'ollama qwen2.5-coder:7b' } };
  const question = call('PlanTask', null, plan(modules));
  yield* question;
  const answered = { plan: plan(modules), source: 'model', callId: question[0].eventId };
  yield { eventType: 'PLANNING_COMPLETE', causationId: question[0].eventId, data: answered };
  for (let round = 0; ; round++)
    yield* work(`src/module-${round % modules}.js`, 1 + Math.floor(round / modules), round * 2);
}

/** The first so many events of a task that goes on and on. Fresh ids each time. */
export function taskLife(events, modules = 4) {
  return endlessLife(modules).take(events).toArray();
}

/** Makes the folds know the event types of a whole task, as they are in a server. */
export async function declareAllTypes() {
  await built('tasks/tasks.events.js');
}
