import { distinct } from './random.mjs';

const domains = ['parcel', 'route', 'depot', 'driver', 'tariff', 'claim', 'pickup', 'carrier', 'label', 'customs'];
const topics = ['money', 'time', 'access', 'retries', 'paging', 'privacy'];
const verbs = [
  'assign',
  'book',
  'cancel',
  'check',
  'find',
  'hold',
  'list',
  'plan',
  'quote',
  'release',
  'scan',
  'weigh',
];
const things = ['Stop', 'Load', 'Shift', 'Fee', 'Slot', 'Seal', 'Trace', 'Proof', 'Window', 'Bundle'];
const ways = ['ForDay', 'ByZone', 'OfUser', 'AtGate', 'WithCode', 'PerUnit', 'InBatch', 'OnHold'];
const shared = ['shared.clock', 'shared.money', 'shared.queue'];

const DOMAINS = 5;
const FUNCTIONS = 4;
const HOPS = 4;

/**
 * A project of 18 modules in layers with 72 functions: each domain has an entry, a service and a store, the services
 * need each other in a circle. Functions call one or two of those that their module imports.
 */
export function makeProject({ pick, chance, integer, shuffled }) {
  const modules = new Map();
  const add = (name, imports) => modules.set(name, { name, imports: new Set(imports), functions: [], topics: [] });
  const chosen = shuffled(domains).slice(0, DOMAINS);
  chosen.forEach((domain, index) => {
    const next = chosen[(index + 1) % DOMAINS];
    add(`${domain}.entry`, [`${domain}.service`]);
    add(`${domain}.service`, [`${domain}.store`, `${next}.service`]);
    add(`${domain}.store`, [pick(shared)]);
    if (chance(0.3)) modules.get(`${domain}.service`).imports.add(`${pick(chosen)}.service`);
  });
  for (const name of shared) add(name, []);
  const unused = distinct();
  const functions = new Map();
  for (const module of modules.values()) {
    module.imports.delete(module.name);
    module.topics = [...new Set(Array.from({ length: integer(0, 2) }, () => pick(topics)))];
    for (let count = 0; count < FUNCTIONS; count++) {
      const name = unused(() => pick(verbs) + pick(things) + pick(ways));
      module.functions.push(name);
      functions.set(name, { name, module: module.name, calls: new Set() });
    }
  }
  for (const called of functions.values()) {
    const imported = [...modules.get(called.module).imports];
    for (let count = integer(1, 2); count > 0 && imported.length > 0; count--) {
      called.calls.add(pick(modules.get(pick(imported)).functions));
    }
  }
  return { modules, functions, topics };
}

/** A function of a service that others are reached from in as many steps as there may be. */
export function chooseCurrent({ functions }, { pick }) {
  const reach = (name) => Math.max(...distancesFrom(functions, name).values());
  const services = [...functions.values()].filter(({ module }) => module.endsWith('.service'));
  return pick(services.toSorted((a, b) => reach(b.name) - reach(a.name)).slice(0, 6));
}

/**
 * Which facts a change of a function needs, each under the reason: `step 0` its own to `step 4` those of what it calls in
 * four steps, with the modules' own; `caller` the contracts of who calls it; `topic` and `project` what holds for all.
 */
export function neededFor({ modules, functions }, current, facts) {
  const distances = distancesFrom(functions, current.name);
  const moduleDistances = new Map();
  for (const [name, distance] of distances) {
    const { module } = functions.get(name);
    moduleDistances.set(module, Math.min(distance, moduleDistances.get(module) ?? Infinity));
  }
  const met = new Set([...moduleDistances.keys()].flatMap((name) => modules.get(name).topics));
  const reasonFor = ({ kind, owner, module, topic }) => {
    if (module === null) return topic === null ? 'project' : met.has(topic) ? 'topic' : null;
    const distance = owner === null ? moduleDistances.get(module) : distances.get(owner);
    if (distance !== undefined) return `step ${distance}`;
    return kind === 'contract' && functions.get(owner)?.calls.has(current.name) ? 'caller' : null;
  };
  return facts.flatMap((fact) => {
    const reason = reasonFor(fact);
    return reason === null ? [] : [{ fact, reason }];
  });
}

function distancesFrom(functions, start) {
  const distances = new Map([[start, 0]]);
  let ring = [start];
  for (let distance = 1; distance <= HOPS; distance++) {
    ring = [...new Set(ring.flatMap((name) => [...functions.get(name).calls]))].filter((name) => !distances.has(name));
    for (const name of ring) distances.set(name, distance);
  }
  return distances;
}
