export { configuredSecrets } from './configured-secrets.ts';
export { PolicyModule } from './policy.module.ts';
export { SecretRedactor } from './secret-redactor.ts';
