import ignore from 'ignore';
import { SecretRedactor } from '../../policy/index.ts';

/** Files that hold keys and passwords by their names. */
const names = ignore({ ignorecase: true }).add([
  ...['.env', '.env.*', '*.env', '!.env.example', '!.env.sample', '!.env.template', '!example.env', '!sample.env'],
  ...['*.pem', '*.key', '*.p12', '*.pfx', '*.jks', '*.keystore', '*.kdbx', '*.asc', '*.gpg', '*.ppk'],
  ...['id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519', 'id_rsa_*', 'id_ed25519_*', '.ssh/', '.gnupg/', '.aws/', '.kube/'],
  ...['.npmrc', '.yarnrc.yml', '.pypirc', '.netrc', '_netrc', '.git-credentials', '.htpasswd', '.pgpass', '.my.cnf'],
  ...['.docker/', '.dockercfg', 'credentials.json', 'client_secret*.json'],
  ...['service-account*.json', 'secrets.y*ml', 'secrets.json', 'secrets.toml', '*.tfstate', '*.tfstate.*', '*.tfvars'],
]);

const redactor = new SecretRedactor([]);

/** Whether a file is known to hold secrets by its name. */
export function hasSecretName(path: string): boolean {
  return names.ignores(path) || redactor.holdsSecret(path);
}

/** Whether something in a text looks like a key: the server would take it out, and the file would come back without. */
export function holdsSecret(content: string): boolean {
  return redactor.holdsSecret(content);
}
