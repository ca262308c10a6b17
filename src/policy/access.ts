import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../kernel/clock.ts';
import type { Configuration } from '../kernel/configuration.ts';
import { isLoopbackAddress } from '../kernel/hosts.ts';
import { readKeyEntries } from '../kernel/key-entries.ts';
import { hashOfKey, isKeyOf, keyIdIn } from './api-key.ts';
import { HeldConnections } from './held-connections.ts';
import { JsonWebTokens } from './json-web-tokens.ts';
import type { KeyStore } from './key-store.ts';
import { KeyRefusedError } from './policy.errors.ts';
import { type Asked, type RefusedAttempt, refusedAttempt } from './refused-attempt.ts';
import { identify, localCaller, type Principal } from './principal.ts';
import { RateLimit } from './rate-limit.ts';

/** What a door knows of who asks. */
export interface Arrival {
  /** The key or token that was shown. */
  readonly token: string | undefined;
  /** Whether a proxy passed it on: then it comes from elsewhere, wherever the proxy runs. */
  readonly isForwarded: boolean;
  /** Tells callers apart that show no key; no address itself. */
  readonly address: () => string;
  /** What of a text that is not written as a key: over a socket it may be a worker's, which its registration looks at. */
  readonly otherTokens: 'refuse' | 'ignore';
}

interface FixedKey {
  readonly hash: string;
  readonly principal: Principal;
}

const MAX_TOKEN_CHARS = 8192;
const tokenForm = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Who asks, whether that still holds, and whether they ask too much: the same for every door. */
export class Access {
  /** Whether everybody has to show a key, programs of this machine too. */
  readonly keysRequired: boolean;
  /** An admin's key for whoever started this process; it is kept nowhere and ends with it. */
  readonly ownKey = `own_${randomBytes(32).toString('base64url')}`;
  readonly held: HeldConnections;
  /** Called with every attempt that a door refuses; must not throw. Default: nobody is told. */
  onRefused: (attempt: RefusedAttempt) => void = () => undefined;
  private readonly fixedKeys: readonly FixedKey[];
  private readonly tokens: JsonWebTokens | null;
  private readonly rate: RateLimit;

  constructor(
    configuration: Configuration,
    readonly keys: KeyStore,
    private readonly report: (error: unknown) => void,
    private readonly clock: Clock = systemClock,
  ) {
    this.keysRequired = configuration.REQUIRE_KEYS === 'on' || !isLoopbackAddress(configuration.HOST);
    this.fixedKeys = fixedKeysOf(configuration, this.ownKey);
    this.tokens = tokensOf(configuration, clock);
    this.rate = new RateLimit({
      perSecond: configuration.RATE_LIMIT_PER_SECOND,
      burst: configuration.RATE_LIMIT_BURST,
    });
    this.held = new HeldConnections((principal) => this.isValid(principal), report);
  }

  /**
   * Finds out who sends a request, and remembers it. A key that is shown is always looked at. Answers undefined for who
   * shows none where one is needed. Rejects with KeyRefusedError, and with RateLimitedError for who asks too much.
   */
  async admit(request: object, arrival: Arrival): Promise<Principal | undefined> {
    const principal = await this.principalOf(arrival);
    if (principal) identify(request, principal);
    if (principal) this.take(principal);
    else this.rate.take(`address ${arrival.address()}`);
    if (principal || arrival.token === undefined) return principal;
    throw new KeyRefusedError();
  }

  /** Tells whoever listens of an attempt that a door refuses; of an error that is no refusal nothing. */
  refused(error: unknown, asked: Asked): void {
    const attempt = refusedAttempt(error, asked);
    if (attempt) this.onRefused(attempt);
  }

  /** Counts one more request or message. Throws RateLimitedError. Programs of this machine that need no key are not counted. */
  take(principal: Principal): void {
    if (principal.by !== 'loopback') this.rate.take(`${principal.by} ${principal.keyId ?? principal.name}`);
  }

  /** Makes an admin's key where keys are required and nobody could be admin, whichever instance starts; else null. */
  async ensureAdmin(): Promise<string | null> {
    const isConfigured = this.tokens !== null || this.fixedKeys.some(isForAdmins);
    if (!this.keysRequired || isConfigured || (await this.keys.hasValid('admin'))) return null;
    const request = { name: 'first-admin', role: 'admin', createdBy: 'start', expiresAt: null } as const;
    return this.keys.createFirst(request);
  }

  private async principalOf({ token, isForwarded, otherTokens }: Arrival): Promise<Principal | undefined> {
    const local = this.keysRequired || isForwarded ? undefined : localCaller;
    if (token === undefined) return local;
    if (token.length > MAX_TOKEN_CHARS) return undefined;
    const known = this.fixedKeyOf(token) ?? (await this.ofStoredKey(token)) ?? (await this.ofToken(token));
    if (known) return known;
    const isOther = keyIdIn(token) === null && !tokenForm.test(token);
    return isOther && otherTokens === 'ignore' ? local : undefined;
  }

  /** Looks at all of them, so that the time tells nothing. */
  private fixedKeyOf(token: string): Principal | undefined {
    const [found] = this.fixedKeys.filter(({ hash }) => isKeyOf(hash, token));
    return found?.principal;
  }

  private async ofStoredKey(token: string): Promise<Principal | undefined> {
    const id = keyIdIn(token);
    const record = id === null ? null : await this.keys.check(id, token);
    if (!record) return undefined;
    this.keys.used(record).catch(this.report);
    const expiresAt = record.expiresAt === null ? null : Date.parse(record.expiresAt);
    return { name: record.name, role: record.role, by: 'key', keyId: record.id, expiresAt };
  }

  private async ofToken(token: string): Promise<Principal | undefined> {
    const claims = tokenForm.test(token) ? await this.tokens?.read(token) : null;
    if (!claims) return undefined;
    return { name: claims.subject, role: claims.role, by: 'token', keyId: null, expiresAt: claims.expiresAt };
  }

  private async isValid({ keyId, expiresAt }: Principal): Promise<boolean> {
    if (expiresAt !== null && expiresAt <= this.clock()) return false;
    return keyId === null || (await this.keys.isValid(keyId));
  }
}

function isForAdmins({ principal }: FixedKey): boolean {
  return principal.role === 'admin' && principal.name !== 'own';
}

function fixedKeysOf({ API_KEYS = '', WORKER_TOKEN }: Configuration, ownKey: string): readonly FixedKey[] {
  const nobody = { keyId: null, expiresAt: null };
  const own: FixedKey = { hash: hashOfKey(ownKey), principal: { ...nobody, name: 'own', role: 'admin', by: 'key' } };
  const configured = readKeyEntries(API_KEYS).keys.map(({ role, key }, index): FixedKey => {
    return { hash: hashOfKey(key), principal: { ...nobody, name: `api-keys-${index + 1}`, role, by: 'key' } };
  });
  if (WORKER_TOKEN === undefined) return [own, ...configured];
  const worker = { ...nobody, name: 'worker', role: 'worker', by: 'worker-token' } as const;
  return [own, ...configured, { hash: hashOfKey(WORKER_TOKEN), principal: worker }];
}

function tokensOf({ JWT_SECRET, JWT_ISSUER, JWT_AUDIENCE, JWT_MAX_AGE_S }: Configuration, clock: Clock) {
  if (JWT_SECRET === undefined) return null;
  const rules = { secret: JWT_SECRET, issuer: JWT_ISSUER, audience: JWT_AUDIENCE, maxAgeS: JWT_MAX_AGE_S };
  return new JsonWebTokens(rules, clock);
}
