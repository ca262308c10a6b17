import { z } from 'zod';

/** The settings that say where everything is kept. */
export const storageSettings = {
  DATA_DIR: z.string().default('./data').meta({
    description:
      'Directory of the event log, which is a file of SQLite there unless DATABASE_URL is set, of workspaces and of files with keys; each server needs one of its own',
    example: './data',
  }),
  DATABASE_URL: z
    .string()
    .refine(isDatabaseUrl, 'must be a postgres or postgresql URL that names a database')
    .optional()
    .meta({
      description:
        'Database of a PostgreSQL server that holds the event log and everything else that is kept, for one server or several; unset: SQLite, in DATA_DIR',
      example: 'postgres://taskloom:password@db.example.com:5432/taskloom',
      secret: true,
    }),
  WORKSPACE_ROOT: z.string().optional().meta({
    description: 'Directory of the task workspaces; default: DATA_DIR/workspaces',
    example: './data/workspaces',
  }),
};

/** Without a name the database would be that of the user, or of somebody else. */
function isDatabaseUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^postgres(ql)?:$/.test(url.protocol) && /^\/[^/]+$/.test(url.pathname);
}
