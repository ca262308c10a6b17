export { PolicyModule } from './policy.module.ts';
export { redactorOf } from './redactor-of.ts';
export { SecretRedactor } from './secret-redactor.ts';
