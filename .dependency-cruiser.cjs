/**
 * The house (ARCHITECTURE.md): import only from a lower floor, and only a module's index.ts (any file of kernel).
 * test/architecture.spec.ts runs this table and turns it red on purpose with a planted sideways import.
 */
const floors = [
  ['kernel'],
  ['storage', 'client'],
  ['events', 'llm', 'workspace', 'policy'],
  ['orchestrator', 'broker', 'context'],
  ['tasks', 'jobs', 'webhooks', 'audit'],
  ['api', 'gateway', 'mcp', 'cli', 'metrics', 'telemetry'],
];

const floorRules = floors.flatMap((modules, floor) =>
  modules.map((name) => {
    const lower = floors.slice(0, floor).flat();
    const allowed = [`^src/${name}/`, '^src/kernel/', ...lower.map((below) => `^src/${below}/index\\.ts$`)];
    return {
      name: `floor-of-${name}`,
      severity: 'error',
      comment: `${name} may import only the index.ts of: ${lower.join(', ') || 'nothing'}.`,
      from: { path: `^src/${name}/` },
      to: { path: '^src/', pathNot: name === 'kernel' ? ['^src/kernel/'] : allowed },
    };
  }),
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...floorRules,
    {
      name: 'roof-sees-index-only',
      severity: 'error',
      comment: 'The roof too imports a module by its index.ts (any file of kernel).',
      from: { path: '^src/[^/]+$' },
      to: { path: '^src/[^/]+/', pathNot: '^src/(kernel/|[^/]+/index\\.ts$)' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'With decorator metadata an import cycle is a ReferenceError at load.',
      // The generated client has one of types alone, which is gone when it runs.
      from: { pathNot: '^src/client/generated/' },
      to: { circular: true },
    },
    {
      name: 'not-through-own-index',
      severity: 'error',
      comment: 'Inside a module nobody imports its own index.',
      from: { path: '^src/([^/]+)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/$1/index\\.ts$' },
    },
    {
      name: 'nest-only-in-nest-files',
      severity: 'error',
      comment: 'A file without a Nest suffix does not import @nestjs/*.',
      from: {
        path: '^src/[^/]+/',
        pathNot: '\\.(module|service|controller|gateway|guard|filter|pipe|interceptor|adapter|dto|spec)\\.ts$',
      },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'no-dev-dependencies-in-src',
      severity: 'error',
      from: { path: '^src', pathNot: '\\.(spec|contract)\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types' },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
