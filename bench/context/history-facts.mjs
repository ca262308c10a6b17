import { distinct } from './random.mjs';

const types = ['string', 'number', 'Instant', 'ParcelId', 'Cents', 'Page', 'Zone', 'UserId', 'Revision'];
const rules = ['is rounded by', 'is sorted by', 'is kept as', 'is never cached longer than', 'is compared by'];
const values = [
  'half to even',
  'time, then id',
  'whole cents',
  'one request',
  'constant time',
  'UTC',
  'a lock on its row',
];
const fixes = [
  'take the lock first',
  'limit the page',
  'wait for the queue',
  'copy before sorting',
  'close it at the end',
];
const limits = [
  'clients send at most',
  'it must end within',
  'the other side stops after',
  'nobody may ask for more than',
];
const units = ['rows', 'ms', 'parcels', 'bytes'];

const REPLACED = 0.25;

/**
 * What is known of a project, each fact with one version or two: the newest holds. A version is a text and the words
 * that must stand in a context for the fact to be there.
 */
export function makeFacts({ modules, functions, topics }, random) {
  const { pick, integer, chance } = random;
  const unused = distinct();
  const facts = [];
  const add = (kind, place, make) => {
    const versions = chance(REPLACED) ? [make(), make()] : [make()];
    facts.push({ id: `F${facts.length + 1}`, kind, owner: null, module: null, topic: null, ...place, versions });
  };
  const number = (prefix, from, to) => unused(() => `${prefix}${integer(from, to)}`);
  for (const { name, module } of functions.values()) {
    const place = { owner: name, module };
    add('contract', place, () => {
      const parameters = Array.from({ length: integer(1, 3) }, (_, index) => `p${index}: ${pick(types)}`).join(', ');
      const result = `Result<${pick(types)}, ${number('Failure', 1000, 9999)}>`;
      return { text: `${name}(${parameters}): ${result}`, must: [name, result] };
    });
    if (chance(0.4)) {
      add('decision', place, () => {
        const value = `${pick(values)} (${number('D-', 100, 999)})`;
        return { text: `what ${name} gives ${pick(rules)} ${value}`, must: [name, value] };
      });
    }
    if (chance(0.35)) {
      const key = `${name.replace(/[A-Z]/g, '_$&').toUpperCase()}_${pick(['LIMIT', 'MS', 'TRIES'])}`;
      add('configuration', place, () => {
        const value = String(integer(10, 9999));
        return { text: `${key} = ${value}`, must: [key, value] };
      });
    }
    if (chance(0.3)) {
      const code = number('ERR_', 1000, 9999);
      add('error', place, () => {
        const fix = pick(fixes);
        return { text: `${code} in ${name}: fix: ${fix}`, must: [code, fix] };
      });
    }
    if (chance(0.3)) addRemark(chance(0.5) ? name : null, place);
  }
  for (const { name } of modules.values()) {
    if (chance(0.7))
      addDecision({ module: name }, `${name} ${pick(['has', 'hides'])} ${pick(['its own table', 'a queue'])}`);
  }
  for (const topic of topics.slice(0, 4)) addDecision({ topic }, `Rule on ${topic}: ${pick(rules)} ${pick(values)}`);
  for (let count = 0; count < 4; count++) addDecision({}, `Rule for all: every write ${pick(rules)} ${pick(values)}`);
  return facts;

  function addDecision(place, text) {
    add('decision', place, () => {
      const mark = number('D-', 1000, 9999);
      return { text: `${text} (${mark})`, must: [mark] };
    });
  }

  /** Said in prose: with the function's name in it, or only in a review of its module. */
  function addRemark(name, place) {
    add('remark', place, () => {
      const [limit, amount] = [pick(limits), number('', 100, 99_999)];
      const text =
        name === null
          ? `One more thing: ${limit} ${amount} ${pick(units)}.`
          : `On ${name}: ${limit} ${amount} ${pick(units)}.`;
      return { text, must: [name ?? limit, amount] };
    });
  }
}
