import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { built } from '../support/arms.mjs';
import { casesOf } from './cases.mjs';
import { fitLogistic } from './fit-logistic.mjs';
import { gitDirectoryOf, Repository } from './repository.mjs';

// Learns from real commits what the features of definitions and places are worth, and writes it into
// src/context/code/learned-weights.ts. Learns nothing from the repositories that are held out.
const { CodeIndex } = await built('context/code/code-index.js');
const { viewFrom } = await built('context/code/code-view.js');
const { isCandidate, surveyCode } = await built('context/code/survey-code.js');
const { definitionFeatures } = await built('context/code/definition-features.js');
const { placeFeatures } = await built('context/code/place-features.js');
const { explainingFeatures } = await built('context/code/rank-definitions.js');
const { depthOf, likelihoods } = await built('context/rank/logistic.js');

/** Every commit counts the same, a novel definition more; of definitions that explain others each counts the same. */
const WEIGHTS = { needed: 1, novel: 0.8, explaining: 0.2, negative: 0.02 };
/** Of what was not needed, one in so many is enough to learn from. */
const NEGATIVES = { definitions: 4, places: 5 };
/** A definition that is not among so many first of any order is no hard choice, and large repositories are full of them. */
const HARD = depthOf(400);
const WRITTEN = new URL('../../src/context/code/learned-weights.ts', import.meta.url);

const { values: options } = parseArgs({ options: { cases: { type: 'string', default: '80' } } });
const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const configs = [...read('repositories.json').filter(({ isHeldOut }) => !isHeldOut), ...read('learning.json')];

const learned = [];
for (const config of configs) learned.push(await casesFrom(config));

const needed = [];
const places = [];
let [definitionNames, placeNames, explainingNames] = [[], [], []];
await forEachCase((survey, found) => {
  const columns = definitionFeatures(survey);
  const ofPlaces = placeFeatures(survey);
  definitionNames = Object.keys(columns);
  placeNames = Object.keys(ofPlaces);
  needed.push(...neededSamples(survey, found, columns));
  places.push(...placeSamples(survey, found, ofPlaces));
});
const neededModel = fit(definitionNames, needed);
const placeModel = fit(placeNames, places);
const explaining = [];
await forEachCase((survey, found) => {
  const columns = definitionFeatures(survey);
  const { symbols } = survey.view.code;
  const likely = likelihoods(columns, neededModel, symbols.length).map((likelihood, symbol) =>
    isCandidate(survey, symbol) ? likelihood : 0,
  );
  const all = { ...columns, ...explainingFeatures(survey, likely) };
  explainingNames = Object.keys(all);
  explaining.push(...explainingSamples(survey, found, all));
});
writeFileSync(WRITTEN, written({ neededModel, placeModel, explainingModel: fit(explainingNames, explaining) }));
for (const { repository } of learned) repository.close();

async function casesFrom(config) {
  const repository = new Repository(gitDirectoryOf(config), config);
  const index = new CodeIndex({ maxCharacters: 200_000_000 });
  const cases = await casesOf(repository, { ...config, index, most: Number(options.cases) });
  console.error(`${config.name}: ${cases.length} commits`);
  return { repository, index, cases };
}

async function forEachCase(take) {
  for (const { repository, index, cases } of learned) {
    for (const found of cases) {
      const code = await index.link(await repository.filesAt(found.parent), found.rules);
      const current = code.files.findIndex(({ path }) => path === found.current);
      take(surveyCode(viewFrom(code, current), repository.changesBefore(found.parent), ''), found);
    }
  }
}

/** What the added lines of the commit use. */
function neededSamples(survey, { symbols }, columns) {
  const wanted = new Map(symbols.map((symbol) => [keyOf(symbol), symbol]));
  const novel = symbols.filter(({ isNovel }) => isNovel).length;
  return definitionSamples(survey, columns, (key) => {
    if (!wanted.has(key)) return 0;
    return WEIGHTS.needed / symbols.length + (wanted.get(key).isNovel ? WEIGHTS.novel / novel : 0);
  });
}

/** The same and what its signatures name, to the fourth degree. */
function explainingSamples(survey, { symbols, steps }, columns) {
  const wanted = new Set([...symbols, ...steps].map(keyOf));
  return definitionSamples(survey, columns, (key) => (wanted.has(key) ? WEIGHTS.explaining : 0));
}

function definitionSamples(survey, columns, weightOf) {
  const { files, symbols } = survey.view.code;
  const depths = Object.keys(columns).filter((feature) => feature.endsWith('Depth') && feature !== 'fileDepth');
  const isHard = (symbol) => depths.some((feature) => columns[feature][symbol] > HARD);
  return symbols.flatMap(({ file, definition }, symbol) => {
    if (!isCandidate(survey, symbol) || !isHard(symbol)) return [];
    const weight = weightOf(keyOf({ path: files[file].path, ...definition }));
    return sampleOf(columns, symbol, weight, NEGATIVES.definitions);
  });
}

/** Places that hold at least half of the lines that the commit changed somewhere. */
function placeSamples({ view, found }, { places: changed }, columns) {
  const holds = ({ firstLine, lastLine }, place) => {
    const shared = Math.min(lastLine, place.lastLine) - Math.max(firstLine, place.firstLine) + 1;
    return shared >= (place.lastLine - place.firstLine + 1) / 2;
  };
  return found.flatMap(({ file, piece }, number) => {
    if (view.isTest[file]) return [];
    const held = changed.filter((place) => place.path === view.code.files[file].path && holds(piece, place));
    return sampleOf(columns, number, held.length / changed.length, NEGATIVES.places);
  });
}

function sampleOf(columns, candidate, weight, oneIn) {
  if (!(weight > 0) && candidate % oneIn !== 0) return [];
  const values = Object.values(columns).map((column) => column[candidate]);
  const isPositive = weight > 0;
  return [{ values, isPositive, weight: isPositive ? weight : WEIGHTS.negative * oneIn }];
}

function keyOf({ path, name, firstLine }) {
  return `${path} ${firstLine} ${name}`;
}

function fit(features, samples) {
  const positive = samples.filter(({ isPositive }) => isPositive).length;
  console.error(`${samples.length} samples, ${positive} of them positive`);
  return fitLogistic(features, samples);
}

function written({ neededModel, explainingModel, placeModel }) {
  const model = (name, type, { bias, weights }) =>
    `export const ${name}: LogisticModel<${type}> = {\n  bias: ${rounded(bias)},\n  weights: {\n${Object.entries(
      weights,
    )
      .map(([feature, weight]) => `    ${feature}: ${rounded(weight)},`)
      .join('\n')}\n  },\n};\n`;
  return `// Written by bench/context/learn.mjs. How it learns is said in docs/context-benchmark.md.
import type { LogisticModel } from '../rank/logistic.ts';
import type { DefinitionFeature, ExplainingFeature } from './definition-features.ts';
import type { PlaceFeature } from './place-features.ts';

/** Which definitions a change needs. */
${model('neededModel', 'DefinitionFeature', neededModel)}
/** Which definitions it needs or, to understand the signatures of those, is likely to look up. */
${model('explainingModel', 'ExplainingFeature', explainingModel)}
/** Which places it edits. */
${model('placeModel', 'PlaceFeature', placeModel)}`;
}

function rounded(value) {
  return Number(value.toPrecision(3));
}
