import { AppError } from '../kernel/errors.ts';

/** The Host header names something else than this server: a page elsewhere may have rebound its DNS name. */
export class HostRefusedError extends AppError {
  readonly code = 'API_HOST_REFUSED';
  readonly kind = 'denied';

  constructor(host: string) {
    super(`The host ${JSON.stringify(host)} is not this server: ask it as 127.0.0.1 or localhost, with its port.`, {
      host,
    });
  }
}

export class OriginRefusedError extends AppError {
  readonly code = 'API_ORIGIN_REFUSED';
  readonly kind = 'denied';

  constructor(origin: string) {
    super(`Pages of ${JSON.stringify(origin)} may not use this server: only its own pages may.`, { origin });
  }
}

export class PromptTooLongError extends AppError {
  readonly code = 'API_PROMPT_TOO_LONG';
  readonly kind = 'limit';

  constructor(characters: number, maxCharacters: number) {
    super(
      `The prompt has ${characters} characters, more than the ${maxCharacters} that PROMPT_MAX_CHARS allows: shorten it.`,
      { characters, maxCharacters },
    );
  }
}

export class BodyTooLargeError extends AppError {
  readonly code = 'API_BODY_TOO_LARGE';
  readonly kind = 'limit';

  constructor(bytes: number | null, maxBytes: number) {
    super(
      `The body has ${bytes ?? 'too many'} bytes, more than the ${maxBytes} that BODY_MAX_BYTES allows: send less at once.`,
      { bytes, maxBytes },
    );
  }
}

export class TooManyHeadersError extends AppError {
  readonly code = 'API_TOO_MANY_HEADERS';
  readonly kind = 'limit';

  constructor(headers: number, maxHeaders: number) {
    super(`The request has ${headers} headers, more than ${maxHeaders}: send fewer.`, { headers, maxHeaders });
  }
}

export class MediaTypeError extends AppError {
  readonly code = 'API_MEDIA_TYPE';
  readonly kind = 'invalid';

  constructor(mediaType: string) {
    super(`Bodies of type ${JSON.stringify(mediaType)} are not read: send application/json.`, { mediaType });
  }
}

export class RouteNotFoundError extends AppError {
  readonly code = 'API_ROUTE_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(method: string, path: string) {
    super(`There is nothing at ${method} ${path}: see /docs for what there is.`, { method, path });
  }
}

export class MethodNotAllowedError extends AppError {
  readonly code = 'API_METHOD_NOT_ALLOWED';
  readonly kind = 'invalid';

  constructor(
    method: string,
    path: string,
    readonly allowed: readonly string[],
  ) {
    super(`${path} does not answer ${method}: use ${allowed.join(', ')}.`, { method, path, allowed });
  }
}

/** A part that the service cannot do without does not work. */
export class UnhealthyError extends AppError {
  readonly code = 'API_UNHEALTHY';
  readonly kind = 'unavailable';

  constructor(failing: readonly { readonly path: string; readonly message: string }[], health: object) {
    super(`Not healthy: ${failing.map(({ path, message }) => `${path} (${message})`).join('; ')}.`, {
      issues: failing,
      health,
    });
  }
}
