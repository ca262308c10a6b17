import { constants } from 'node:fs';
import { lstat, mkdir, open, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UsageError } from './usage-error.ts';

/**
 * Writes a task's files below a directory and never outside it, whatever their paths say and whichever links stand in
 * it. Existing files are kept unless `overwrite` is set: then nothing at all is written.
 */
export class OutDirectory {
  private constructor(
    private readonly root: string,
    private readonly overwrite: boolean,
  ) {}

  static async open(path: string, overwrite: boolean): Promise<OutDirectory> {
    await mkdir(path, { recursive: true });
    return new OutDirectory(await realpath(path), overwrite);
  }

  /** Throws UsageError that names every path which cannot be written; call it before the first write. */
  async check(paths: readonly string[]): Promise<void> {
    const targets = paths.map((path) => ({ path, target: this.locate(path) }));
    if (this.overwrite) return;
    const taken: string[] = [];
    for (const { path, target } of targets) if (await exists(target)) taken.push(path);
    if (taken.length > 0) {
      throw new UsageError(
        `${taken.join(', ')} exist in ${this.root}: choose another --out, or --force overwrites them.`,
      );
    }
  }

  /** Writes one file and answers its full path. */
  async write(path: string, content: string | Uint8Array): Promise<string> {
    const target = this.locate(path);
    await this.makeDirectory(dirname(target), path);
    const { O_WRONLY, O_CREAT, O_TRUNC, O_EXCL, O_NOFOLLOW } = constants;
    try {
      await using file = await open(target, O_WRONLY | O_CREAT | O_NOFOLLOW | (this.overwrite ? O_TRUNC : O_EXCL));
      await file.writeFile(content);
      return target;
    } catch (error) {
      if (await isLink(target)) throw outside(path, this.root);
      throw error;
    }
  }

  private locate(path: string): string {
    const target = resolve(this.root, path);
    const inside = relative(this.root, target);
    const leaves = inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..';
    if (leaves || path.includes('\0')) throw outside(path, this.root);
    return target;
  }

  /** Makes the directories one by one and refuses a link on the way: it could lead anywhere. */
  private async makeDirectory(directory: string, path: string): Promise<void> {
    let current = this.root;
    for (const segment of relative(this.root, directory).split(sep).filter(Boolean)) {
      current = join(current, segment);
      await mkdir(current, { recursive: true });
      if (!(await lstat(current)).isDirectory()) throw outside(path, this.root);
    }
  }
}

function outside(path: string, root: string): UsageError {
  return new UsageError(`${JSON.stringify(path)} leads outside ${root}: it was not written.`);
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (status) => status.isSymbolicLink(),
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
