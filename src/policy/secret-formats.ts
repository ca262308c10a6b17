/** How keys of a kind look. `keep` is the group before the secret that stays, such as `Bearer `. */
export interface SecretFormat {
  readonly name: string;
  readonly pattern: RegExp;
}

/*
 * Tight on purpose: identifiers, hashes, UUIDs and placeholders are no secrets, and code must stay as it was written. Every
 * repetition is bounded and followed by nothing that could match what it has taken, so each takes time in proportion to the text. A first group,
 * where there is one, stays. Shapes as their makers publish them and as gitleaks and secretlint look for them.
 */
export const secretFormats: readonly SecretFormat[] = [
  { name: 'openai or anthropic key', pattern: /\bsk-(?=[\w-]{0,60}\d)(?=[\w-]{0,60}[A-Z])[\w-]{20,200}/g },
  { name: 'model provider key', pattern: /\bsk-[0-9a-f]{32,64}\b/g },
  { name: 'taskloom key', pattern: /\btlk_[0-9a-f]{16}_[\w-]{43}/g },
  { name: 'github token', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,255}\b/g },
  { name: 'github token', pattern: /\bgithub_pat_[A-Za-z0-9_]{22,255}\b/g },
  { name: 'gitlab token', pattern: /\bglpat-[\w-]{20,64}/g },
  { name: 'aws key id', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  {
    name: 'aws secret key',
    pattern: /(\baws_?secret_?access_?key\\?["']?\s{0,5}[:=]\s{0,5}\\?["']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/gi,
  },
  { name: 'google key', pattern: /\bAIza[\w-]{35}(?![\w-])/g },
  { name: 'slack token', pattern: /\bxox[abeprs]-[A-Za-z0-9-]{10,250}/g },
  { name: 'stripe key', pattern: /\b[rs]k_live_[A-Za-z0-9]{16,250}\b/g },
  { name: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { name: 'jwt', pattern: /\beyJ[\w-]{8,2000}\.eyJ[\w-]{8,8000}\.[\w-]{8,2000}/g },
  {
    name: 'authorization',
    pattern:
      /(\bauthorization\\?["']?\s{0,5}[:=]\s{0,5}\\?["']?(?:bearer|basic|token)\s{1,5})[\w.~+/-]{8,4000}={0,2}/gi,
  },
  { name: 'bearer token', pattern: /(\bBearer )(?=[\w.~+/-]{0,60}\d)[\w.~+/-]{20,4000}={0,2}/g },
  {
    name: 'password',
    pattern:
      /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[\w.~%-]{0,100}:)(?!(?:password|secret|\*{1,20}|x{1,20})@)[^\s@/:"'`<>\\${}()[\]]{1,200}(?=@[\w[])/gi,
  },
];

/**
 * What every text that holds one of them contains: most texts do not, and are passed over by this one look. A block of a
 * private key is looked for by its first line.
 */
export const hint =
  /sk-|tlk_|gh[pousr]_|github_pat_|glpat-|AKIA|ASIA|secret_?access|AIza|xox[abeprs]-|[rs]k_live_|npm_|eyJ|uthorization|UTHORIZATION|Bearer |:\/\/[^\s/@]{0,301}@|PRIVATE KEY-----/;
