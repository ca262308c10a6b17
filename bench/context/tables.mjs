import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const OURS = 'taskloom';
const page = fileURLToPath(new URL('../../docs/context-benchmark.md', import.meta.url));
const [OPEN, CLOSE] = ['<!-- bench:context -->', '<!-- /bench:context -->'];

/** One table a budget, in percent: all retrievers on what was tuned on and on what was not, ours by repository. */
export function tablesOf(results, { budgets, names }) {
  const repositories = [...new Set(results.map(({ repository }) => repository))];
  const groups = [
    { title: '', names, isOf: ({ isHeldOut }) => !isHeldOut },
    { title: ', held out', names, isOf: ({ isHeldOut }) => isHeldOut },
    // By repository ours alone, to show that it is no one repository's figure.
    ...repositories.map((name) => ({
      title: `, ${name}`,
      names: names.filter((other) => other === OURS),
      isOf: ({ repository }) => repository === name,
    })),
  ];
  const columns = Object.keys(results[0]?.scores ?? {});
  return budgets
    .map((budget) => {
      const of = results.filter((result) => result.budget === budget.name);
      const rows = groups.flatMap((group) => rowsOf(of.filter(group.isOf), group, columns));
      const head = ['retriever', ...columns, 'ms'];
      const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
      const lost = groups.slice(0, 2).flatMap((group) => lostBy(of.filter(group.isOf), group, columns));
      const table = [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
      return `${budget.name}, ${casesIn(of)}:\n\n${table}\n\nOthers are better in: ${lost.join('; ') || 'no column'}.`;
    })
    .join('\n\n');
}

/** Puts the tables in the place of those before. */
export async function writeIntoDocs(tables) {
  const text = readFileSync(page, 'utf8');
  const [start, end] = [text.indexOf(OPEN), text.indexOf(CLOSE)];
  if (start < 0 || end < start) throw new Error(`${page} has no place for the figures: ${OPEN} … ${CLOSE}`);
  const written = `${text.slice(0, start)}${OPEN}\n\n${tables}\n\n${text.slice(end)}`;
  writeFileSync(page, await format(written, { ...(await resolveConfig(page)), parser: 'markdown' }));
}

function rowsOf(measured, { title, names }, columns) {
  if (measured.length === 0) return [];
  return names.map((name) => {
    const own = measured.filter((result) => result.name === name);
    const cells = columns.map((column) => percent(meanOf(own, column)));
    return [`${name}${title}`, ...cells, Math.round(mean(own.map(({ milliseconds }) => milliseconds)))];
  });
}

/** The columns in which another retriever has more than ours, with both figures. */
function lostBy(measured, { title, names }, columns) {
  const figure = (name, column) =>
    meanOf(
      measured.filter((result) => result.name === name),
      column,
    );
  return columns.flatMap((column) => {
    const ours = percent(figure(OURS, column));
    const others = names.filter((name) => name !== OURS).map((name) => percent(figure(name, column)));
    const best = Math.max(...others.map(Number).filter((value) => !Number.isNaN(value)));
    return Number(ours) < best ? [`${column}${title} ${ours} to ${best}`] : [];
  });
}

function casesIn(results) {
  const byRepository = Map.groupBy(
    results.filter(({ name }) => name === OURS),
    ({ repository }) => repository,
  );
  return `commits: ${[...byRepository].map(([name, cases]) => `${name} ${cases.length}`).join(', ')}`;
}

/** Each commit counts once; of steps each one, as most commits have none. */
function meanOf(results, column) {
  const marks = results.map(({ scores }) => scores[column].map(Number));
  return column.startsWith('step') ? mean(marks.flat()) : mean(marks.filter((of) => of.length > 0).map(mean));
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share) {
  return Number.isNaN(share) ? '–' : String(Math.round(100 * share));
}
