import { AppError } from '../kernel/errors.ts';

export class WebhookNotFoundError extends AppError {
  readonly code = 'WEBHOOK_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(id: string) {
    super(`There is no webhook ${JSON.stringify(id)}: look it up in the list of webhooks.`, { id });
  }
}

export class DeliveryNotFoundError extends AppError {
  readonly code = 'WEBHOOK_DELIVERY_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(id: string, deliveryId: number) {
    super(`Webhook ${JSON.stringify(id)} has no delivery ${deliveryId} (any more): only the newest are kept.`, {
      id,
      deliveryId,
    });
  }
}

export class TooManyWebhooksError extends AppError {
  readonly code = 'WEBHOOK_TOO_MANY';
  readonly kind = 'conflict';

  constructor(max: number) {
    super(`There are ${max} webhooks already, as many as may be: delete one first.`, { max });
  }
}

/** Where nothing may be sent to: found out when the connection is made. */
export class AddressRefusedError extends AppError {
  readonly code = 'WEBHOOK_ADDRESS_REFUSED';
  readonly kind = 'denied';

  constructor(host: string, address: string) {
    super(
      `${host} is ${address}, an address inside a network: allow it by WEBHOOK_ALLOWED_NETWORKS, or give a public one.`,
      { host, address },
    );
  }
}
