/** Which methods a path answers: what tells a wrong method (405) from an unknown path (404). */
export class RouteTable {
  private readonly methodsByPattern = new Map<string, Set<string>>();

  /** `pattern` as Fastify registers it: `/tasks/:id/files/*`. */
  add(methods: string | readonly string[], pattern: string): void {
    const known = this.methodsByPattern.get(pattern) ?? new Set();
    for (const method of [methods].flat()) known.add(method);
    this.methodsByPattern.set(pattern, known);
  }

  /** The methods of the routes that match, sorted; none for an unknown path. A bare `*` is middleware and no route. */
  methodsAt(path: string): readonly string[] {
    const matching = [...this.methodsByPattern].filter(
      ([pattern]) => pattern !== '*' && pattern !== '/*' && matches(pattern.split('/'), path.split('/')),
    );
    return [...new Set(matching.flatMap(([, methods]) => [...methods]))].sort();
  }
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  for (const [index, part] of pattern.entries()) {
    if (part === '*') return path.length > index;
    const given = path[index];
    if (given === undefined || (part.startsWith(':') ? given === '' : given !== part)) return false;
  }
  return path.length === pattern.length;
}
