import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { built } from '../support/arms.mjs';
import { casesOf, neighbourhood } from './cases.mjs';
import { gitDirectoryOf, Repository } from './repository.mjs';
import { retrievers } from './retrievers.mjs';
import { scoresOf, withinBudget } from './score.mjs';
import { tablesOf, writeIntoDocs } from './tables.mjs';
import { counterOf } from './tokenizers.mjs';

// How much of what real commits needed is in the context that is built for them: prints one Markdown table a budget, and
// with `--write` puts them into the documentation. `--part histories` is about recorded tasks and lives in histories.mjs.
const { values: options } = parseArgs({
  options: {
    part: { type: 'string', default: 'code' },
    repository: { type: 'string', multiple: true, default: [] },
    budgets: { type: 'string', default: '4000:mistral,12000:qwen3,30%:qwen3' },
    cases: { type: 'string', default: '40' },
    only: { type: 'string', multiple: true, default: [] },
    task: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

if (options.part === 'histories') await import('./histories.mjs');
else if (options.part === 'code') await measureCode();
else throw new Error(`There is no part ${options.part}: take code or histories.`);

async function measureCode() {
  const { CodeIndex } = await built('context/code/code-index.js');
  const budgets = await Promise.all(options.budgets.split(',').map(parseBudget));
  const names = Object.keys(retrievers).filter(
    (name) => options.only.length === 0 || options.only.some((part) => name.includes(part)),
  );
  const results = [];
  for (const config of repositories()) {
    const repository = new Repository(gitDirectoryOf(config), config);
    const index = new CodeIndex();
    const cases = await casesOf(repository, { ...config, index, most: Number(options.cases) });
    console.error(`${config.name}: ${cases.length} cases`);
    for (const found of cases) {
      const files = await repository.filesAt(found.parent);
      const state = {
        files,
        index,
        code: await index.link(files, found.rules),
        changes: repository.changesBefore(found.parent),
      };
      for (const budget of budgets)
        for (const name of names)
          results.push({
            repository: config.name,
            budget: budget.name,
            name,
            isHeldOut: config.isHeldOut ?? false,
            ...(await measure(found, state, budget, name)),
          });
    }
    repository.close();
  }
  const tables = tablesOf(results, { budgets, names });
  console.log(tables);
  if (options.write) await writeIntoDocs(tables);
}

function repositories() {
  const nameOf = (url) => basename(url.replace(/\/(?:\.git|repo)?\/?$/, ''), '.git');
  const given = options.repository.map((url) => ({ name: nameOf(url), url, pythonRoots: ['', 'src/'] }));
  return given.length > 0 ? given : JSON.parse(readFileSync(new URL('repositories.json', import.meta.url), 'utf8'));
}

/** `4000:mistral`, or `30%:qwen3`, that share of the files within two import steps. */
async function parseBudget(text) {
  const [size, tokenizer = 'qwen3'] = text.split(':');
  const isShare = size.endsWith('%');
  const count = await counterOf(tokenizer);
  const title = isShare ? `${size} of the import neighbourhood` : `${Number(size).toLocaleString('en-US')} tokens`;
  return { name: `${title} (${tokenizer})`, amount: Number.parseFloat(size), isShare, count };
}

async function measure(found, { files, index, code, changes }, { amount, isShare, count }, name) {
  const { current, rules, subject } = found;
  const budgetTokens = isShare ? shareOf(code, current, amount / 100, count) : amount;
  const request = { files, index, code, changes, rules, current, budgetTokens, countTokens: count };
  const started = performance.now();
  const items = await retrievers[name](options.task ? { ...request, task: subject } : request);
  const milliseconds = performance.now() - started;
  const kept = withinBudget(
    items.filter(({ path }) => path !== current),
    budgetTokens,
    count,
  );
  return { milliseconds, scores: scoresOf(found, kept, new Map(files.map(({ path, text }) => [path, text]))) };
}

function shareOf(code, current, share, count) {
  const near = neighbourhood(code, current).map((file) => count(code.files[file].text.lines.join('\n')));
  return Math.max(500, Math.floor(share * near.reduce((sum, tokens) => sum + tokens, 0)));
}
