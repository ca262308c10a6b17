import { built, compare, scaled } from './support/arms.mjs';

// What preparing a context takes, in milliseconds of processor time: what else the machine does does not count. Each is
// the least of some runs, as the first ones load and compile.
const EVENTS = scaled(1000, 100);
const NODES = scaled(10_000, 500);
const FILES = scaled(500, 40);
const RUNS = scaled(12, 2);
const FUNCTIONS = 10;
const WORKED_ON = 'src/m7.ts';

const { chooseCode, CodeIndex, TaskMemory, NetworkedCache, relatedContext } = await built('context/index.js');
const { estimateTokens } = await built('llm/index.js');

async function processorTime(run) {
  let least = Infinity;
  for (let count = 0; count < RUNS; count++) {
    const begun = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(begun);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** A task of a tenth as many modules with ten functions each, and rounds of red and green tests for the rest. */
function historyOf(size) {
  const modules = Math.floor(size / FUNCTIONS);
  const code = (index) =>
    [
      `import { f${index + 1}x1 } from './m${index + 1}.ts';`,
      ...Array.from(
        { length: FUNCTIONS },
        (_, n) => `export function f${index}x${n}(text: string) {\n  return f${index}x${(n + 1) % FUNCTIONS}(text);\n}`,
      ),
    ].join('\n');
  return Array.from({ length: size }, (_, index) => {
    const path = `src/m${index % modules}.ts`;
    const isFirst = index < modules;
    const isRed = Math.floor(index / modules) % 2 === 1;
    const results = isRed
      ? [{ name: `works ${index}`, file: path, status: 'failed', durationMs: 1, message: 'expected 1, was 2' }]
      : [];
    const outcome = { module: path, passed: 1, failed: Number(isRed), results, durationMs: 1, exitCode: Number(isRed) };
    const files = [{ path, content: code(index), role: 'source' }];
    return {
      taskId: 'shop',
      eventId: `e${index}`,
      streamSequence: index + 1,
      globalSequence: index + 1,
      vectorClock: { shop: index + 1 },
      causationId: null,
      codeVersion: index + 1,
      eventType: isFirst ? 'CODE_GENERATED' : isRed ? 'TEST_FAILED' : 'TEST_PASSED',
      data: isFirst
        ? { module: path, files, codeHash: '', callId: null }
        : { ...outcome, isolation: 'bwrap', output: '', outputBytesCut: 0 },
    };
  });
}

async function remembered(events) {
  const memory = new TaskMemory('shop');
  await memory.add(events);
  return memory;
}

async function prepare() {
  const memory = await remembered(historyOf(EVENTS));
  const room = { budgetTokens: 8192, countTokens: estimateTokens };
  const context = () => memory.contextFor({ module: WORKED_ON, text: 'change it' }, room);
  if (context().tokens < 500) throw new Error('Next to nothing is in the context.');
  return processorTime(context);
}

async function update() {
  const events = historyOf(EVENTS + RUNS);
  const memory = await remembered(events.slice(0, EVENTS));
  let next = EVENTS;
  return processorTime(() => memory.add(events.slice(next, ++next)));
}

async function related() {
  const cache = new NetworkedCache();
  for (let index = 0; index < NODES; index++) {
    const dependencies = [`n${(index * 7 + 1) % NODES}`, `n${(index * 31 + 5) % NODES}`, 'n0'];
    const node = { id: `n${index}`, type: 'function', summary: `n${index} does something`, fullContentRef: '' };
    cache.put({ ...node, dependencies, references: [], vectorClock: {}, metadata: {} });
  }
  const room = { budgetTokens: 1000, countTokens: estimateTokens, maxHops: 4 };
  return processorTime(() => relatedContext(cache, 'n77', room));
}

/** A repository of some 60 lines a file, each of which uses functions of three others. */
function repository() {
  const nameOf = (file, n) => `part${file}${['Read', 'Write', 'Check', 'Price', 'Total'][n % 5]}${n}`;
  return Array.from({ length: FILES }, (_, file) => {
    const used = [1, 7, 31].map((step) => (file * step + step) % FILES);
    const lines = [
      ...used.map((other) => `import { ${nameOf(other, 0)} } from '../area${other % 20}/file${other}.ts';`),
      ...Array.from({ length: 8 }, (_, n) => [
        `/** What is ${nameOf(file, n)} of these numbers. */`,
        `export function ${nameOf(file, n)}(numbers: readonly number[], factor = ${n}): number {`,
        `  const known = numbers.filter((number) => number > factor);`,
        `  if (known.length === 0) return ${nameOf(used[n % 3], 0)}(numbers);`,
        `  return known.reduce((sum, number) => sum + number * factor, 0);`,
        '}',
        '',
      ]).flat(),
    ];
    return { path: `src/area${file % 20}/file${file}.ts`, text: lines.join('\n') };
  });
}

/** Every time another file is worked on, and the one before has changed: that is read and all are linked again. */
async function choose() {
  const files = repository();
  const index = new CodeIndex();
  const history = files.map(({ path }, time) => ({ time, paths: [path, files[(time + 1) % FILES].path] }));
  let turn = 0;
  const answer = async () => {
    const at = (turn * 13) % FILES;
    files[at] = { ...files[at], text: `${files[at].text}\nexport const changed${turn} = ${turn};\n` };
    const { path: current } = files[(++turn * 13) % FILES];
    const request = { files, current, budgetTokens: 12_000, countTokens: estimateTokens, changes: history };
    const items = await chooseCode(index, request);
    if (items.length < 10) throw new Error('Next to nothing was chosen.');
  };
  await answer();
  return processorTime(answer);
}

const names = {
  choose: `lines of a repository, ${FILES} files`,
  prepare: `a context, ${EVENTS.toLocaleString('en-US')} events`,
  related: `what is related, ${NODES.toLocaleString('en-US')} nodes`,
  update: `one more event, ${EVENTS.toLocaleString('en-US')} known`,
};

await compare({
  file: import.meta.url,
  title: 'Preparing a context, processor time',
  unit: 'ms',
  arms: {
    [names.prepare]: prepare,
    [names.choose]: choose,
    [names.related]: related,
    [names.update]: update,
  },
  targets: {
    [names.prepare]: { atMost: 50 },
    [names.choose]: { atMost: 300 },
    [names.related]: { atMost: 150 },
    [names.update]: { atMost: 2 },
  },
});
