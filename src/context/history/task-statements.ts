import { type Fact, type FactKind, PROJECT, type Relation, type Statement } from './fact.ts';
import type { CodeSymbol, ModuleCode } from './module-code.ts';
import { remarksIn } from './remarks.ts';
import { SymbolIndex } from './symbol-index.ts';
import type { RecordContent, TaskRecord, TestFailure } from './task-record.ts';

/** A text that is longer is no single fact: its remarks are. */
const MAX_WHOLE_CHARACTERS = 400;
const MAX_MESSAGE_LINES = 3;
/** Of what a fix has changed. */
const MAX_NAMES = 5;

type Recorded<K extends RecordContent['kind']> = Extract<TaskRecord, { kind: K }>;

/** What a task's records say, for its ledger: contracts, decisions, settings, errors with their fixes, remarks. */
export function statementsOf(records: readonly TaskRecord[]): readonly Statement[] {
  const writer = new StatementWriter();
  return records.flatMap((record) => writer.write(record));
}

/** Remembers the names that texts may mention, and which failures a correction may have fixed. */
export class StatementWriter {
  readonly #symbols = new SymbolIndex();
  readonly #open = new Map<string, { failures: readonly TestFailure[]; changed: Set<string> }>();

  write(record: TaskRecord): readonly Statement[] {
    switch (record.kind) {
      case 'asked':
        return this.#writeText(record, 'requirement', record.prompt, PROJECT, 'task');
      case 'planned':
        return [this.#writePlan(record), ...record.removed.map((path) => withdrawn(`code ${path}`, record))];
      case 'coded':
        for (const id of record.changed) for (const { changed } of this.#open.values()) changed.add(id);
        return record.files.map((file) => this.#writeCode(file, record));
      case 'tested':
        return this.#writeTests(record);
      case 'said':
        return this.#writeText(record, record.as, record.text, record.about, `said ${record.sequence}`);
      case 'ended':
        return record.outcome === 'complete'
          ? []
          : this.#writeText(record, 'error', `The task was ${record.outcome}: ${record.text}`, PROJECT, 'end');
    }
  }

  #writePlan(record: Recorded<'planned'>): Statement {
    const { objective, modules, decisions, settings, sequence } = record;
    for (const { path } of modules) this.#symbols.add(path);
    const facts = [
      factOf('requirement', 'objective', `Objective: ${objective}`, PROJECT, sequence),
      ...modules.map(({ path, description }) =>
        factOf('requirement', `module ${path}`, `${path}: ${firstLines(description)}`, path, sequence),
      ),
      ...decisions.map((text) => factOf('decision', text, text, this.#ownerOf(text), sequence)),
      ...settings.map((text) => factOf('configuration', text, text, this.#ownerOf(text), sequence)),
    ];
    const relations = modules.flatMap(({ path, dependsOn }) =>
      dependsOn.map((to): Relation => ({ from: path, to, kind: 'imports' })),
    );
    return { subject: 'plan', sequence, facts, relations: [...relations, ...this.#mentionsOf(facts)] };
  }

  #writeCode(file: ModuleCode, { sequence }: TaskRecord): Statement {
    this.#symbols.add(file.path);
    for (const { id } of file.symbols) this.#symbols.add(id);
    const isTest = file.role === 'test' || file.role === 'regression';
    // Nobody calls a test: who changes its subject needs to know that it is there, and no more.
    const facts = isTest ? [] : file.symbols.map((symbol) => contractOf(file.path, symbol, sequence));
    const relations = isTest
      ? file.imports.map((module): Relation => ({ from: module, to: file.path, kind: 'testedBy' }))
      : [
          ...file.imports.map((to): Relation => ({ from: file.path, to, kind: 'imports' })),
          ...file.symbols.map(({ id }): Relation => ({ from: file.path, to: id, kind: 'contains' })),
          ...file.symbols.flatMap(({ id, calls }) => calls.map((to): Relation => ({ from: id, to, kind: 'calls' }))),
        ];
    return { subject: `code ${file.path}`, sequence, facts, relations };
  }

  /** Red: what fails now. Green: what failed before, and what was changed until it did not. */
  #writeTests({ module, failures, sequence }: Recorded<'tested'>): readonly Statement[] {
    const subject = `failures ${module}`;
    const before = this.#open.get(module);
    if (failures.length > 0) {
      this.#open.set(module, { failures, changed: before?.changed ?? new Set() });
      const facts = failures.map(({ test, message }) =>
        factOf('error', `${module} ${test}`, failureText(module, test, message), module, sequence),
      );
      return [{ subject, sequence, facts, relations: this.#mentionsOf(facts) }];
    }
    this.#open.delete(module);
    if (before === undefined || before.changed.size === 0) return [{ subject, sequence, facts: [], relations: [] }];
    const changed = listOf([...before.changed].map((id) => id.split('#')[1] ?? id));
    const facts = before.failures.map(({ test, message }) =>
      factOf(
        'error',
        `${module} ${test}`,
        `${failureText(module, test, message)}; fixed in ${changed}`,
        module,
        sequence,
      ),
    );
    // A fix goes on to hold when other tests fail later.
    const fixes = { subject: `fixes ${module} ${sequence}`, sequence, facts, relations: this.#mentionsOf(facts) };
    return [{ subject, sequence, facts: [], relations: [] }, fixes];
  }

  #writeText(
    { sequence }: TaskRecord,
    kind: FactKind,
    text: string,
    about: string,
    subject: string,
  ): readonly Statement[] {
    if (text.trim() === '') return [];
    const owner = about === PROJECT ? this.#ownerOf(text) : about;
    const whole = factOf(kind, subject, text.trim(), owner, sequence);
    const facts = text.length <= MAX_WHOLE_CHARACTERS ? [whole] : remarksIn(text, this.#symbols, { about, sequence });
    return facts.map((fact) => ({
      subject: fact === whole ? subject : fact.key,
      sequence,
      facts: [fact],
      relations: this.#mentionsOf([fact]),
    }));
  }

  /** The only symbol that a text names is what it is about. */
  #ownerOf(text: string): string {
    const named = this.#symbols.namedIn(text);
    return named.length === 1 ? (named[0] ?? PROJECT) : PROJECT;
  }

  #mentionsOf(facts: readonly Fact[]): readonly Relation[] {
    return facts.flatMap(({ owner, text }) =>
      this.#symbols
        .namedIn(text)
        .filter((to) => owner !== PROJECT && to !== owner)
        .map((to): Relation => ({ from: owner, to, kind: 'names' })),
    );
  }
}

function withdrawn(subject: string, { sequence }: TaskRecord): Statement {
  return { subject, sequence, facts: [], relations: [] };
}

function factOf(kind: FactKind, about: string, text: string, owner: string, sequence: number): Fact {
  return { key: `${kind} ${about}`, kind, text, owner, sequence };
}

function contractOf(path: string, { id, signature, doc }: CodeSymbol, sequence: number): Fact {
  const note = doc === null ? '' : ` // ${doc.split('\n')[0] ?? ''}`;
  return factOf('contract', id, `${path}: ${signature}${note}`, id, sequence);
}

function listOf(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function failureText(module: string, test: string, message: string): string {
  return `${module || 'The suite'}: "${test}" failed: ${firstLines(message) || 'no message'}`;
}

/** Without the stack of calls, which says less than it takes. */
function firstLines(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const telling = lines.filter((line) => line !== '' && !/^at .*\d/.test(line)).slice(0, MAX_MESSAGE_LINES);
  return telling.map((line) => line.slice(0, MAX_WHOLE_CHARACTERS)).join(' / ');
}
