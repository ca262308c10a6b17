import type { CodeOutline } from '../outline/code-outline.ts';
import { outlineCode } from '../outline/outline-code.ts';

const MAX_OUTLINES = 1000;

/** Outlines of code that was seen before are not made again; of many the one that was not asked for longest goes. */
export class Outlines {
  readonly #known = new Map<string, Promise<CodeOutline>>();

  /** As outlineCode. */
  of(code: string, language: string, path: string): Promise<CodeOutline> {
    const key = `${language}\0${path}\0${code}`;
    const outline = this.#known.get(key) ?? outlineCode(code, language, path);
    this.#known.delete(key);
    this.#known.set(key, outline);
    // What failed once is tried again.
    outline.catch(() => this.#known.delete(key));
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_OUTLINES) break;
      this.#known.delete(oldest);
    }
    return outline;
  }
}
