import { makeFacts } from './history-facts.mjs';
import { chooseCurrent, makeProject, neededFor } from './history-project.mjs';
import { randomFrom } from './random.mjs';

const types = {
  contract: 'interface.changed',
  decision: 'decision.recorded',
  configuration: 'config.set',
  error: 'error.fixed',
  remark: 'review.commented',
};

/**
 * The history of a task that was made up from a seed, and what a change at its end needs of it. `noise`: how many events
 * without facts come with each one. `hidden`: the share of calls that no event tells of.
 */
export function generateHistory({ seed, noise = 0, hidden = 0 }) {
  const random = randomFrom(seed);
  const project = makeProject(random);
  const facts = makeFacts(project, random);
  const calls = [...project.functions.values()].flatMap(({ name, calls: called }) =>
    [...called].map((to) => [name, to]),
  );
  const told = calls.filter(() => !random.chance(hidden));
  const writer = new EventWriter(random, noise > 0);
  for (const module of project.modules.values()) writer.writeModule(module, told);
  for (const { fact, version } of inTime(facts, random)) {
    const modules = [...project.modules.values()];
    for (let count = random.integer(0, 2 * noise); count > 0; count--) writer.writeNoise(random.pick(modules).name);
    if (noise > 0 && random.chance(0.1)) writer.writeModule(random.pick(modules), told);
    writer.writeFact(fact, version);
  }
  const current = chooseCurrent(project, random);
  const needed = neededFor(project, current, facts).map(({ fact, reason }) => ({
    reason,
    text: fact.versions.at(-1).text,
    must: fact.versions.at(-1).must,
  }));
  const replaced = facts.filter(({ versions }) => versions.length > 1);
  return {
    events: writer.events,
    current: {
      id: 'current',
      seq: writer.events.length + 1,
      type: 'task.started',
      module: current.module,
      payload: { module: current.module, fn: current.name },
      causedBy: writer.events.at(-1).id,
      text: `change ${current.name} in ${current.module}: allow partial results, and break nothing that uses it or that it uses`,
    },
    needed,
    overtaken: replaced.map(({ versions }) => ({ old: versions[0].must, now: versions.at(-1).must })),
  };
}

/** Every version of every fact; the older one of two in the first half of the time. */
function inTime(facts, random) {
  return facts
    .flatMap((fact) =>
      fact.versions.map((version, index) => ({
        fact,
        version,
        place: (index + random.integer(0, 999) / 1000) / fact.versions.length,
      })),
    )
    .toSorted((a, b) => a.place - b.place);
}

class EventWriter {
  events = [];
  #random;
  #isVerbose;

  constructor(random, isVerbose) {
    this.#random = random;
    this.#isVerbose = isVerbose;
  }

  writeModule({ name, imports, functions, topics }, told) {
    const calls = told.filter(([from]) => functions.includes(from));
    const code = this.#isVerbose
      ? `\n${this.#lines(14, (index) => `  const v${index} = await this.read(${index});`)}`
      : '';
    this.#write(
      'module.generated',
      name,
      { module: name, imports: [...imports], exports: functions, calls, concepts: topics },
      `wrote ${name}: imports ${[...imports].join(', ') || 'nothing'}, exports ${functions.join(', ')}${code}`,
    );
  }

  writeFact({ id, kind, owner, module, topic }, { text, must }) {
    const payload = {
      contract: { module, fn: owner, signature: text },
      decision: { module, fn: owner, key: id, decision: text, concept: topic },
      configuration: { module, fn: owner, key: must[0], value: must[1] },
      error: { module, fn: owner, code: must[0], fix: must[1] },
      remark: { module },
    }[kind];
    this.#write(types[kind], module, payload, this.#isVerbose ? this.#wordy(kind, text, module) : text);
  }

  writeNoise(module) {
    const { pick, integer, hex } = this.#random;
    const noises = {
      'llm.called': () => `the model took ${integer(2, 90)} s for ${integer(900, 7900)} tokens, request ${hex(12)}`,
      'test.failed': () =>
        `${integer(1, 4)} of ${integer(9, 30)} tests of ${module} failed: expected ${integer(1, 99)}, got ${integer(1, 99)}\n` +
        this.#lines(8, () => `    at run (/srv/dist/${hex(6)}.js:${integer(1, 400)}:${integer(1, 80)})`),
      'state.changed': () => `run ${hex(8)} went ${pick(['from queued to running', 'from running to review'])}`,
    };
    const type = pick(Object.keys(noises));
    this.#write(type, module, { module }, noises[type]());
  }

  #wordy(kind, text, module) {
    if (kind === 'remark')
      return `The change of ${module} reads well, the names are fine. ${text} Otherwise I agree once it is green.`;
    return `${text}. Asked for by ${this.#random.pick(['a reviewer', 'the planner', 'a test'])} in change ${this.#random.hex(8)}.`;
  }

  #lines(count, line) {
    return Array.from({ length: count }, (_, index) => line(index)).join('\n');
  }

  #write(type, module, payload, text) {
    const { hex } = this.#random;
    const seq = this.events.length + 1;
    const id = `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
    this.events.push({ id, seq, type, module, payload, causedBy: null, text: `[#${seq} ${type}] ${text}` });
  }
}
