import { domainToASCII } from 'node:url';

/** A dot-string of RFC 5321, 4.1.2: no quotes, comments or line breaks can stand in it. */
const LOCAL_PART = /^(?=.{1,64}$)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_LENGTH = 254;

/** An address as mail servers take it, its domain in lower-case ASCII; null for what is none. */
export function readAddress(text: string): string | null {
  const trimmed = text.trim();
  const at = trimmed.lastIndexOf('@');
  const local = trimmed.slice(0, Math.max(0, at));
  const domain = domainToASCII(trimmed.slice(at + 1));
  const address = `${local}@${domain}`;
  return address.length <= MAX_LENGTH && LOCAL_PART.test(local) && DOMAIN.test(domain) ? address : null;
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** Whether a list such as `example.com,*.example.org` has the domain of an address; `*.` stands for all below. */
export function isAllowed(address: string, domains: readonly string[]): boolean {
  const domain = domainOf(address);
  return domains.some((rule) => (rule.startsWith('*.') ? domain.endsWith(rule.slice(1)) : domain === rule));
}
