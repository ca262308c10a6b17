import type { Params } from 'nestjs-pino';
import type { LevelWithSilent, SerializedRequest } from 'pino';
import type { Redactor } from './kernel/redactor.ts';

const INFO = 30;

/** What the framework says of its own start: dozens of lines that help nobody who runs the service. */
const frameworkContexts = new Set([
  'NestFactory',
  'NestApplication',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'WebSocketsController',
]);

/** Structured logs, one JSON object a line, without addresses, headers, bodies or secrets. The framework's own lines come with debug. */
export function loggingOptions(level: LevelWithSilent, redactor: Redactor): Params {
  return {
    forRoutes: ['{*path}'],
    pinoHttp: {
      level,
      // Where nobody would see the lines of requests, none are made.
      autoLogging: ['info', 'debug', 'trace'].includes(level),
      serializers: { req: requestLine },
      hooks: {
        streamWrite: (line) => redactor.text(line),
        logMethod(parameters, method, severity) {
          if (severity === INFO && isFramework(parameters[0]) && !this.isLevelEnabled('debug')) return;
          method.apply(this, parameters);
        },
      },
    },
  };
}

/** What a line says of its request. */
function requestLine({ id, method, url }: SerializedRequest): Pick<SerializedRequest, 'id' | 'method' | 'url'> {
  return { id, method, url };
}

function isFramework(first: unknown): boolean {
  if (typeof first !== 'object' || first === null || !('context' in first)) return false;
  return typeof first.context === 'string' && frameworkContexts.has(first.context);
}
