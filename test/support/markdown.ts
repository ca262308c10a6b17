import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a Markdown page refers to, each as a path in the project or the name of a script. */
export interface MarkdownPage {
  readonly path: string;
  readonly text: string;
  /** Targets of relative links, with the heading they point to, or ''. */
  readonly links: readonly { readonly path: string; readonly heading: string }[];
  /** Paths of the project that stand in backticks. */
  readonly paths: readonly string[];
  /** Names after `npm run`, and `start` and `test`. */
  readonly scripts: readonly string[];
  /** Commands of the terminal, the word after `taskloom`, wherever they stand as code. */
  readonly commands: readonly string[];
  /** Names that code sets to a value, `PORT=8080`. */
  readonly variables: readonly string[];
}

/** Every page of the project: those in its root, in docs, and beside examples and benchmarks. */
export function markdownPages(): readonly MarkdownPage[] {
  const pages = readdirSync(root).filter((name) => name.endsWith('.md'));
  for (const folder of ['docs', 'examples', 'bench']) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.md') && !name.includes('node_modules')) pages.push(`${folder}/${name.replaceAll('\\', '/')}`);
    }
  }
  return pages.map((path) => readMarkdown(path, readFileSync(join(root, path), 'utf8')));
}

export function readMarkdown(path: string, text: string): MarkdownPage {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', heading = ''] = target.split('#');
      return { path: file === '' ? path : normalize(join(dirname(path), file)), heading };
    });
  const scripts = [...text.matchAll(/\bnpm (?:run (?!-)([\w:-]+)|(start|test)\b)/g)].map(
    ([, run, short]) => run ?? short ?? '',
  );
  const code = [...text.matchAll(/^```[\s\S]*?^```|`[^`\n]+`/gm)].map(([found]) => found).join('\n');
  const commands = [...code.matchAll(/\btaskloom ([a-z]+)\b/g)].map(([, command = '']) => command);
  const variables = [...code.matchAll(/\b([A-Z][A-Z_]+)=/g)].map(([, name = '']) => name);
  return { path, text, links, paths: pathsIn(prose), scripts, commands, variables };
}

/** The names that headings are linked by, as forges make them. */
export function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** `src/…`, `docs/…` and the like in backticks. What holds a placeholder (`<module>`, `*`, `…`) names a pattern, not a file. */
function pathsIn(prose: string): readonly string[] {
  return [...prose.matchAll(/`([^`\n]+)`/g)]
    .map(([, code = '']) => code)
    .filter((code) => /^(src|docs|test|scripts|bench|examples|\.github|\.ci)\/[\w./-]*$/.test(code));
}
