const HEAD = ['arm', 'median', 'range', 'ratio', 'target', ''];

/** Every row with its cells, a line for each target. Rows without values say why. */
export function judged({ unit, units, rows, targets }) {
  const medians = new Map(
    rows.filter(({ values }) => values.length > 0).map(({ name, values }) => [name, median(values)]),
  );
  return rows.flatMap(({ name, values, skipped, failed }) => {
    if (values.length === 0) {
      const why = failed ? `FAILED: ${failed.split('\n')[0]}` : `skipped: ${skipped}`;
      return [{ cells: [name, why, '', '', '', ''], verdict: failed ? 'FAILED' : 'skipped', detail: failed }];
    }
    const wanted = [targets[name] ?? []].flat();
    const measured = [
      name,
      `${number(medians.get(name))} ${units[name] ?? unit}`,
      `${number(Math.min(...values))} – ${number(Math.max(...values))}`,
    ];
    if (wanted.length === 0) return [{ cells: [...measured, '', '', ''], verdict: '' }];
    return wanted.map((target, index) => {
      const { ratio, text, verdict } = against(target, medians.get(name), medians, units[name] ?? unit);
      return { cells: [...(index === 0 ? measured : ['', '', '']), ratio, text, verdict], verdict };
    });
  });
}

function against(target, value, medians, unit) {
  const [bound, limit] = Object.entries(target).find(([name]) => name !== 'of') ?? [];
  const rising = bound !== 'atMost';
  const sign = rising ? '≥' : '≤';
  const others = [target.of ?? []].flat();
  if (others.length === 0) {
    return { ratio: '', text: `${sign} ${number(limit)} ${unit}`, verdict: verdictOf(value, limit, rising) };
  }
  const known = others.filter((name) => medians.has(name));
  const text = bound ? `${sign} ${limit} x` : '';
  if (known.length === 0) return { ratio: `against ${others.join(', ')}`, text, verdict: 'skipped' };
  // The best of several: the fastest by rate, or the one that took the least time.
  const less = bound !== 'atLeast';
  const best = known.toSorted((a, b) => (less ? 1 : -1) * (medians.get(a) - medians.get(b)))[0];
  const ratio = bound === 'timesFaster' ? medians.get(best) / value : value / medians.get(best);
  const word = bound === 'timesFaster' ? 'x as fast as' : 'x';
  return { ratio: `${ratio.toFixed(2)} ${word} ${best}`, text, verdict: bound ? verdictOf(ratio, limit, rising) : '' };
}

function verdictOf(value, limit, rising) {
  return (rising ? value >= limit : value <= limit) ? 'holds' : 'MISSED';
}

export function isMissed(groups) {
  return groups.some(({ rows }) => rows.some(({ verdict }) => verdict === 'MISSED' || verdict === 'FAILED'));
}

/** One table of all groups for a terminal; what went wrong stands below it. */
export function textTable(groups) {
  const lines = [HEAD, ...groups.flatMap(({ rows }) => rows.map(({ cells }) => cells))];
  const isNote = (cells) => cells.slice(2).every((cell) => cell === '');
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.filter((cells) => column === 0 || !isNote(cells)).map((cells) => cells[column].length), 0),
  );
  const line = (cells) => `  ${cells.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd();
  const details = groups.flatMap(({ rows }) =>
    rows.flatMap(({ cells, detail }) => (detail ? [`\n${cells[0]}: ${detail}`] : [])),
  );
  const tables = groups.map(({ title, rows }) => [`\n${title}`, ...rows.map(({ cells }) => line(cells))].join('\n'));
  return [line(HEAD), ...tables, ...details].join('\n');
}

/** The same of one group for a page. */
export function markdownTable({ rows }) {
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(HEAD), line(HEAD.map(() => '---')), ...rows.map(({ cells }) => line(cells))].join('\n');
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function number(value) {
  if (Math.abs(value) >= 100 || value === 0) return Math.round(value).toLocaleString('en-US');
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 1 ? 3 : 2);
}
