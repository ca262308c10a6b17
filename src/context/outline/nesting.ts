import { outlineLimits } from './code-outline.ts';

/** Code that no one wrote: a parser spends the square of the depth on it, in steps that cannot be interrupted. */
export function nestsDeeply(code: string): boolean {
  let open = 0;
  let angles = 0;
  for (let index = 0; index < code.length; index++) {
    const character = code[index];
    if (character === '(' || character === '[' || character === '{') open++;
    else if (character === ')' || character === ']' || character === '}') open = Math.max(0, open - 1);
    // A comparison has a blank after it.
    else if (character === '<' && /[^\s<=]/.test(code[index + 1] ?? ' ')) angles++;
    else if (character === '>') angles = Math.max(0, angles - 1);
    if (open > outlineLimits.nesting || angles > outlineLimits.nesting) return true;
  }
  return false;
}
