import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/** A broken rule and the file that breaks it. */
export interface Violation {
  readonly rule: string;
  readonly from: string;
}

/** Runs the project's import rules on `src` of a directory, as `npm run architecture` does. */
export function violationsIn(directory: string): Promise<readonly Violation[]> {
  const cli = join(projectRoot, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const parameters = [cli, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, parameters, { cwd: directory, maxBuffer: 64 * 2 ** 20 }, (error, stdout, stderr) => {
      try {
        const { summary } = JSON.parse(stdout) as { summary: Report };
        resolve(summary.violations.map(({ rule, from }) => ({ rule: rule.name, from })));
      } catch {
        reject(new Error(`dependency-cruiser gave no report: ${stderr || error?.message}`));
      }
    });
  });
}

interface Report {
  readonly violations: readonly { readonly rule: { readonly name: string }; readonly from: string }[];
}

/** Builds a small house of these files in a directory, under the project's own rules and with its packages. */
export function buildHouse(directory: string, files: Readonly<Record<string, string>>): void {
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
    cpSync(join(projectRoot, name), join(directory, name));
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(directory, 'node_modules'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}
