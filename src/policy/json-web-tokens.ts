import type { Clock } from '../kernel/clock.ts';
import { isRole, type Role } from '../kernel/roles.ts';

export interface TokenRules {
  /** At least 32 bytes. */
  readonly secret: string;
  readonly issuer: string;
  readonly audience: string;
  readonly maxAgeS: number;
}

/** What a valid token says. */
export interface TokenClaims {
  readonly subject: string;
  readonly role: Role;
  /** Milliseconds since 1970: its exp, or its iat and the longest age if that is sooner. */
  readonly expiresAt: number;
}

const subjectForm = /^[\x21-\x7e]{1,100}$/;

/**
 * Reads JSON Web Tokens (RFC 7519) that are signed with HS256 and this secret, for this issuer and audience, with `sub`,
 * `role` and `iat`. Answers null for every other: unsigned, of another algorithm, forged, expired, from the future, too old.
 */
export class JsonWebTokens {
  private readonly secret: Uint8Array;
  /** Loaded with the first that is made, at start: most servers take no tokens, and need none of it. */
  private readonly library = import('jose');

  constructor(
    private readonly rules: TokenRules,
    private readonly clock: Clock,
  ) {
    this.secret = new TextEncoder().encode(rules.secret);
  }

  async read(token: string): Promise<TokenClaims | null> {
    const { issuer, audience, maxAgeS } = this.rules;
    const { errors, jwtVerify } = await this.library;
    try {
      const { payload } = await jwtVerify<{ role?: unknown }>(token, this.secret, {
        algorithms: ['HS256'],
        issuer,
        audience,
        maxTokenAge: maxAgeS,
        requiredClaims: ['sub', 'iat', 'role'],
        currentDate: new Date(this.clock()),
      });
      const { sub = '', role, iat = 0, exp = Infinity } = payload;
      if (!isRole(role) || !subjectForm.test(sub)) return null;
      return { subject: sub, role, expiresAt: Math.min(exp, iat + maxAgeS) * 1000 };
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
      throw error;
    }
  }
}
