import { z } from 'zod';

/** What the references need of a setting: its name, form, default, meaning and an example. */
interface Setting {
  readonly name: string;
  readonly description: string;
  readonly form: string;
  readonly fallback: string | null;
  readonly example: string;
}

const TEXT = 'Text';

type Declared = Readonly<Record<string, z.ZodType>>;

/** `.env.example`: every setting as a comment that can be switched on, with its default, or an example where there is none. */
export function environmentExample(settings: Declared): string {
  const blocks = describe(settings).map(({ name, description, form, fallback, example }) => {
    const facts = [description, form === TEXT ? [] : form, fallback === null ? 'Not set by default' : []].flat();
    return [...wrap(`${facts.join('. ')}.`).map((line) => `# ${line}`), `#${name}=${fallback ?? example}`].join('\n');
  });
  const head = [
    '# Settings of Taskloom. Copy this file to .env and remove the # in front of what you want to change;',
    '# the environment wins over .env. Made by `npm run docs:settings` from src/kernel/settings.ts.',
  ].join('\n');
  return `${[head, ...blocks].join('\n\n')}\n`;
}

/** `docs/configuration.md`: the same as a table. */
export function configurationPage(settings: Declared): string {
  const rows = describe(settings).map(({ name, description, form, fallback, example }) =>
    [`\`${name}\``, fallback === null ? 'not set' : code(fallback), form, description, code(`${name}=${example}`)]
      .map((cell) => cell.replaceAll('|', '\\|'))
      .join(' | '),
  );
  return `# Configuration

Settings come from the environment, or from a file \`.env\` in the working directory; the environment wins. All are checked
at start: wrong ones stop it, each named with what is wrong and an example. An empty value counts as not set. Start from
\`.env.example\`. Made by \`npm run docs:settings\` from \`src/kernel/settings.ts\`.

| Setting | Default | Form | Meaning | Example |
| --- | --- | --- | --- | --- |
${rows.map((row) => `| ${row} |`).join('\n')}
`;
}

function describe(settings: Declared): readonly Setting[] {
  return Object.entries(settings).map(([name, schema]) => {
    const { description, example } = schema.meta() ?? {};
    if (!description || example === undefined) throw new Error(`Setting ${name} needs a description and an example.`);
    const json = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
    const fallback = json.default === undefined ? null : plain(json.default);
    const given = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    return { name, description, form: formOf(json, given), fallback, example: plain(example) };
  });
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `given` is the form before the text is read: that of a list is a text, that of an address has a format. */
function formOf(json: z.core.JSONSchema.BaseSchema, given: z.core.JSONSchema.BaseSchema): string {
  if (json.enum) return `One of ${json.enum.join(', ')}`;
  if (json.type === 'integer') return `A whole number, ${json.minimum} to ${json.maximum}`;
  return given.format === 'uri' ? 'An http or https URL' : TEXT;
}

function code(text: string): string {
  return `\`${text}\``;
}

function wrap(text: string, width = 110): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
