import type { CodeSymbol, ModuleCode } from '../history/module-code.ts';
import { SymbolIndex } from '../history/symbol-index.ts';
import type { RecordContent, TaskRecord } from '../history/task-record.ts';
import type { CacheNode, NodeType } from './cache-node.ts';
import { NetworkedCache } from './networked-cache.ts';

type Recorded<K extends RecordContent['kind']> = Extract<TaskRecord, { kind: K }>;

const MAX_SUMMARY_CHARACTERS = 600;
const MAX_LISTED = 20;

/** The graph after these records of one task, in their order. Same records, same graph, byte for byte. */
export function foldRecords(taskId: string, records: readonly TaskRecord[]): NetworkedCache {
  const fold = new RecordFold(taskId);
  for (const record of records) fold.apply(record);
  return fold.cache;
}

/** Puts nodes for what each record says. Ids: `task:<id>`, `module:<path>`, `function:<path>#<name>`, `error:<module> <test>` … */
export class RecordFold {
  readonly cache = new NetworkedCache();
  readonly #taskId: string;
  readonly #symbols = new SymbolIndex();
  /** What files held, to take back what they no longer do. */
  readonly #code = new Map<string, readonly string[]>();
  /** Errors of a module that no green run has ended, and what was changed since. */
  readonly #open = new Map<string, { readonly errors: Set<string>; readonly changed: Set<string> }>();

  constructor(taskId: string) {
    this.#taskId = taskId;
  }

  apply(record: TaskRecord): void {
    switch (record.kind) {
      case 'asked':
        return this.#putTask(record, record.prompt, { status: 'created' });
      case 'planned':
        return this.#applyPlan(record);
      case 'coded':
        for (const id of record.changed) for (const { changed } of this.#open.values()) changed.add(id);
        for (const file of record.files) this.#applyFile(file, record);
        return;
      case 'tested':
        return this.#applyTests(record);
      case 'said':
        return this.#applySaid(record);
      case 'ended':
        return this.#putTask(record, record.text, { status: record.outcome });
    }
  }

  get #task(): string {
    return `task:${this.#taskId}`;
  }

  #putTask(record: TaskRecord, text: string, metadata: CacheNode['metadata']): void {
    const before = this.cache.node(this.#task);
    // The end of a task is no reason to forget what it was about.
    const summary = record.kind === 'ended' ? [before?.summary, text].filter(Boolean).join(' / ') : text;
    this.#put(record, this.#task, 'task', summary, { metadata: { ...before?.metadata, ...metadata } });
  }

  #applyPlan(record: Recorded<'planned'>): void {
    for (const path of record.removed) this.#forget(path);
    this.#putTask(record, record.objective, { status: 'planned' });
    for (const { path, description, dependsOn, testCases } of record.modules) {
      this.#symbols.add(path);
      const id = `module:${path}`;
      this.cache.connect({ from: this.#task, to: id, type: 'contains' });
      const dependencies = dependsOn.map((other) => `module:${other}`);
      // Code that is there says more than the plan that it was made by.
      if (!this.#code.has(path)) {
        this.#put(record, id, 'module', `${path}: ${description}`, { dependencies, metadata: { module: path } });
      }
      for (const testCase of testCases) {
        const test = `test:${path} ${testCase}`;
        this.#put(record, test, 'test', `${path} is to show: ${testCase}`, { metadata: { module: path } });
        this.cache.connect({ from: id, to: test, type: 'testedBy' });
      }
    }
    record.decisions.forEach((text) => this.#putDecision(record, `decision:${text}`, text));
    record.settings.forEach((text) => this.#putDecision(record, `decision:${text}`, text));
  }

  #applyFile(file: ModuleCode, record: Recorded<'coded'>): void {
    const isTest = file.role === 'test' || file.role === 'regression';
    const id = `${isTest ? 'test' : 'module'}:${file.path}`;
    this.#symbols.add(file.path);
    for (const symbol of file.symbols) this.#symbols.add(symbol.id);
    const kept = new Set(isTest ? [] : file.symbols.map(nodeIdOf));
    for (const old of this.#code.get(file.path) ?? []) if (!kept.has(old)) this.cache.remove(old);
    this.#code.set(file.path, [...kept]);
    this.#put(record, id, isTest ? 'test' : 'module', summaryOfFile(file), {
      dependencies: [
        ...file.imports.map((path) => `module:${path}`),
        ...file.libraries.map((name) => `library:${name}`),
      ],
      metadata: { module: file.path, version: record.codeVersion, role: file.role },
    });
    if (isTest)
      for (const path of file.imports) this.cache.connect({ from: `module:${path}`, to: id, type: 'testedBy' });
    else this.cache.connect({ from: this.#task, to: id, type: 'contains' });
    for (const name of file.libraries) this.#put(record, `library:${name}`, 'library', `The library ${name}`, {});
    if (!isTest) for (const symbol of file.symbols) this.#putSymbol(record, id, file.path, symbol);
  }

  #putSymbol(record: TaskRecord, moduleId: string, path: string, symbol: CodeSymbol): void {
    const summary = symbol.doc === null ? symbol.signature : `${symbol.signature} // ${symbol.doc}`;
    this.#put(record, nodeIdOf(symbol), symbol.kind === 'type' ? 'concept' : 'function', summary, {
      // What is called may be a class: that node is called otherwise, and only one of the two will ever be there.
      dependencies: symbol.calls.flatMap((called) => [`function:${called}`, `concept:${called}`]),
      metadata: { module: path, symbol: symbol.id, version: record.codeVersion },
    });
    this.cache.connect({ from: moduleId, to: nodeIdOf(symbol), type: 'contains' });
  }

  #applyTests(record: Recorded<'tested'>): void {
    const { module, failures, passed } = record;
    const before = this.#open.get(module) ?? { errors: new Set<string>(), changed: new Set<string>() };
    for (const error of before.errors) this.#endError(error, before.changed);
    this.#open.delete(module);
    this.#count(module, passed, failures.length);
    if (failures.length === 0) return;
    const errors = new Set(failures.map(({ test }) => `error:${module} ${test}`));
    for (const { test, message } of failures) {
      const summary = `${module || 'The suite'}: "${test}" failed: ${message}`;
      const references = module === '' ? [] : [`module:${module}`];
      this.#put(record, `error:${module} ${test}`, 'error', summary, { references, metadata: { module, open: true } });
      this.cache.connect({
        from: module === '' ? this.#task : `module:${module}`,
        to: `error:${module} ${test}`,
        type: 'references',
      });
    }
    const isRepeated = [...errors].some((error) => before.errors.has(error));
    this.#open.set(module, { errors, changed: isRepeated ? before.changed : new Set() });
  }

  #endError(id: string, changed: ReadonlySet<string>): void {
    const error = this.cache.node(id);
    if (error === null) return;
    this.cache.put({ ...error, metadata: { ...error.metadata, open: false } });
    for (const symbol of changed) {
      for (const type of ['function', 'concept'])
        this.cache.connect({ from: id, to: `${type}:${symbol}`, type: 'fixedBy' });
    }
  }

  #count(module: string, testsPassed: number, testsFailed: number): void {
    const node = this.cache.node(module === '' ? this.#task : `module:${module}`);
    if (node !== null) this.cache.put({ ...node, metadata: { ...node.metadata, testsPassed, testsFailed } });
  }

  #applySaid(record: Recorded<'said'>): void {
    const { as, text, about } = record;
    if (text.trim() === '') return;
    if (as !== 'error') return this.#putDecision(record, `decision:said ${record.sequence}`, text);
    const references = about === '' ? this.#named(text) : [`module:${about}`];
    this.#put(record, `error:said ${record.sequence}`, 'error', text, {
      references,
      metadata: { module: about, open: true },
    });
  }

  #putDecision(record: TaskRecord, id: string, text: string): void {
    const references = this.#named(text);
    this.#put(record, id, 'decision', text, { references });
    for (const from of [this.#task, ...references]) this.cache.connect({ from, to: id, type: 'decidedBy' });
  }

  #named(text: string): readonly string[] {
    const ids = this.#symbols
      .namedIn(text)
      .flatMap((name) => (name.includes('#') ? [`function:${name}`, `concept:${name}`] : [`module:${name}`]));
    return ids.filter((id) => this.cache.node(id) !== null);
  }

  #forget(path: string): void {
    for (const id of [...(this.#code.get(path) ?? []), `module:${path}`, `test:${path}`]) this.cache.remove(id);
    this.#code.delete(path);
  }

  #put(
    { sequence, vectorClock, timestamp }: TaskRecord,
    id: string,
    type: NodeType,
    summary: string,
    { dependencies = [], references = [], metadata = {} }: Partial<CacheNode>,
  ): void {
    this.cache.put({
      id,
      type,
      summary: summary.replace(/\s+/g, ' ').trim().slice(0, MAX_SUMMARY_CHARACTERS),
      fullContentRef: `${this.#taskId}@${sequence}`,
      dependencies: [...new Set(dependencies)],
      references: [...new Set(references)],
      vectorClock,
      metadata: { ...metadata, sequence, timestamp },
    });
  }
}

function nodeIdOf({ id, kind }: CodeSymbol): string {
  return `${kind === 'type' ? 'concept' : 'function'}:${id}`;
}

function summaryOfFile({ path, outline, symbols }: ModuleCode): string {
  const names = symbols.slice(0, MAX_LISTED).map(({ name }) => name);
  const more = symbols.length > names.length ? ` and ${symbols.length - names.length} more` : '';
  return [`${path}:`, outline.doc ?? '', names.length === 0 ? '' : `declares ${names.join(', ')}${more}`]
    .filter(Boolean)
    .join(' ');
}
