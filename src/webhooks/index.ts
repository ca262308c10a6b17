import './webhooks.events.ts';

export type { Delivery, NewWebhook, WebhookFilter, WebhookView } from './webhook.ts';
export {
  AddressRefusedError,
  DeliveryNotFoundError,
  SecretNotIntactError,
  TooManyWebhooksError,
  WebhookKeyError,
  WebhookKeyFileError,
  WebhookNotFoundError,
} from './webhooks.errors.ts';
export { WebhooksModule } from './webhooks.module.ts';
export { type DeliveryPage, newWebhookId, WebhooksService, type WebhookStanding } from './webhooks.service.ts';
