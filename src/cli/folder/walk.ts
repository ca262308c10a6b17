import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** What no project is about, where no repository says so: what is installed, built or kept aside by tools. */
const usual = ignore().add(
  'node_modules/ .git/ .hg/ .svn/ dist/ build/ out/ target/ coverage/ .venv/ venv/ __pycache__/ .tox/ .cache/ .next/ .idea/ *.egg-info/ .pytest_cache/ .mypy_cache/ taskloom-*.patch'.split(
    ' ',
  ),
);

interface Rules {
  /** The directory of a .gitignore, with a '/' at its end, or ''. */
  readonly below: string;
  readonly rules: Ignore;
}

/** All files below a folder that is no repository, in order; what .gitignore files name and the usual is left out. No link is entered. */
export async function walk(folder: string, directory = '', above: readonly Rules[] = []): Promise<readonly string[]> {
  const rules = [...above, ...(await rulesOf(folder, directory))];
  const entries = await readdir(join(folder, directory), { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = directory + entry.name;
    const asked = entry.isDirectory() ? `${path}/` : path;
    if (usual.ignores(asked) || isIgnored(asked, rules)) continue;
    if (entry.isDirectory()) found.push(...(await walk(folder, asked, rules)));
    else found.push(path);
  }
  return found;
}

async function rulesOf(folder: string, below: string): Promise<readonly Rules[]> {
  try {
    return [{ below, rules: ignore().add(await readFile(join(folder, below, '.gitignore'), 'utf8')) }];
  } catch {
    return [];
  }
}

/** The rule that stands deepest decides, as in git. */
function isIgnored(path: string, all: readonly Rules[]): boolean {
  for (const { below, rules } of all.toReversed()) {
    const { ignored, unignored } = rules.test(path.slice(below.length));
    if (ignored || unignored) return ignored;
  }
  return false;
}
