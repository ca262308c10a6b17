/** One instruction of a Dockerfile, its continued lines joined. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** The stages of a Dockerfile, each with its FROM first. */
export function dockerStages(dockerfile: string): readonly (readonly Instruction[])[] {
  const stages: Instruction[][] = [];
  const lines = dockerfile
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n');
  for (const line of lines.filter((each) => each.trim() !== '')) {
    const [name = '', ...words] = line.trim().split(/\s+/);
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, text: words.join(' ') });
  }
  return stages;
}

/** Whether a path goes to the builder, by the rules of a .dockerignore: the last rule that fits decides. */
export function reachesBuilder(dockerignore: string, path: string): boolean {
  let reaches = true;
  for (const line of dockerignore.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const keeps = line.startsWith('!');
    const pattern = (keeps ? line.slice(1) : line)
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*\*\/|\*/g, (star) => (star === '*' ? '[^/]*' : '(.*/)?'));
    if (new RegExp(`^${pattern}(/.*)?$`).test(path)) reaches = keeps;
  }
  return reaches;
}
