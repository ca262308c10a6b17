const documentation = /^\/docs(?:-json|-yaml)?(?:\/|$)/;

/**
 * Whether a route, as Fastify has it, is for everybody: whether the process answers, and the documentation, which says
 * nothing of this server but its version. What no route matches is for nobody.
 */
export function isOpenRoute(pattern: string | undefined): boolean {
  return pattern === '/health/live' || documentation.test(pattern ?? '');
}
