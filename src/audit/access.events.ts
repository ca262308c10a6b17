import { declareEventTypes } from '../events/index.ts';
import type { Role } from '../kernel/roles.ts';

declare module '../events/event.ts' {
  interface EventPayloads {
    /** Somebody may use the server from now on. Each key is a stream of its own, `key:` and its id; nothing of the key itself is in it. */
    KEY_CREATED: {
      id: string;
      name: string;
      role: Role;
      /** ISO 8601; null: never. */
      expiresAt: string | null;
      by: string;
    };
    /** The key is good for nothing any more. */
    KEY_REVOKED: {
      id: string;
      name: string;
      by: string;
    };
    /** Somebody was refused: who showed no valid key, or may not do what they asked for. All in one stream, `access`. */
    ACCESS_REFUSED: {
      /** ACCESS_KEY_MISSING, ACCESS_KEY_REFUSED, ACCESS_ROLE_DENIED … */
      code: string;
      /** The name of the key; for one that is not valid `key` and its id; else `unknown`. */
      who: string;
      keyId: string | null;
      role: Role | null;
      door: 'rest' | 'cli' | 'socket' | 'mcp';
      /** The route, message or tool, by its name: never what stood in its place. */
      what: string;
      /** How often since the last time this was told. */
      count: number;
      /** Others that are told of by nothing but this number: more came than are recorded one by one. */
      untold: number;
    };
  }
}

declareEventTypes('KEY_CREATED', 'KEY_REVOKED', 'ACCESS_REFUSED');
