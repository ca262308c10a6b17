import type { Configuration } from '../../kernel/configuration.ts';
import { readAddress } from './mail-address.ts';

/** Where mail is handed in, and how. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** Whether TLS is spoken from the start. */
  readonly secure: boolean;
  /** `verified`: only over TLS with a valid certificate; `offered`: over TLS where there is any; `none`: never. */
  readonly tls: 'verified' | 'offered' | 'none';
  readonly login: { readonly user: string; readonly password: string } | null;
  readonly timeoutMs: number;
}

export interface MailSettings {
  readonly server: MailServer;
  readonly from: string;
  /** Null: mail may go to any. */
  readonly allowedDomains: readonly string[] | null;
  readonly maxRecipients: number;
  readonly maxBytes: number;
}

const SUBMISSION_PORT = 587;
const SUBMISSIONS_PORT = 465;

type Given = Pick<
  Configuration,
  | 'SMTP_URL'
  | 'SMTP_PASSWORD'
  | 'SMTP_TLS'
  | 'SMTP_TIMEOUT_MS'
  | 'MAIL_FROM'
  | 'MAIL_ALLOWED_DOMAINS'
  | 'MAIL_MAX_RECIPIENTS'
  | 'MAIL_MAX_BYTES'
>;

/** What mail needs to know; or the names of the settings that are missing, without which none is sent. */
export function readMailSettings(given: Given): MailSettings | { readonly missing: readonly string[] } {
  const { SMTP_URL: url, MAIL_ALLOWED_DOMAINS: allowedDomains = null } = given;
  const from = readAddress(given.MAIL_FROM ?? '');
  const missing = [...(url === undefined ? ['SMTP_URL'] : []), ...(from === null ? ['MAIL_FROM'] : [])];
  if (url === undefined || from === null) return { missing };
  const { MAIL_MAX_RECIPIENTS: maxRecipients, MAIL_MAX_BYTES: maxBytes } = given;
  return { server: serverOf(new URL(url), given), from, allowedDomains, maxRecipients, maxBytes };
}

function serverOf(url: URL, { SMTP_PASSWORD, SMTP_TLS, SMTP_TIMEOUT_MS: timeoutMs }: Given): MailServer {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'smtps:';
  const user = decodeURIComponent(url.username);
  const password = SMTP_PASSWORD ?? decodeURIComponent(url.password);
  const isNear = SMTP_TLS === 'auto' && isThisMachine(host);
  return {
    host,
    port: Number(url.port) || (secure ? SUBMISSIONS_PORT : SUBMISSION_PORT),
    secure,
    tls: SMTP_TLS === 'off' ? 'none' : isNear ? 'offered' : 'verified',
    login: user === '' ? null : { user, password },
    timeoutMs,
  };
}

/** Whether nobody else can listen on the way. */
function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
