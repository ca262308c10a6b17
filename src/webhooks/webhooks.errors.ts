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

/** Found out at the start: nothing could be signed. */
export class WebhookKeyError extends AppError {
  readonly code = 'WEBHOOK_KEY_WRONG';
  readonly kind = 'unavailable';

  constructor(id: string, keyId: string) {
    super(
      `The secret of webhook ${JSON.stringify(id)} is sealed with another key, ${JSON.stringify(keyId)}: put the file webhook-key of that time back into DATA_DIR, or set WEBHOOK_SECRET_KEY as it was. Where the key is lost, so are the secrets: delete them from the database (DELETE FROM webhooks) and make the webhooks anew.`,
      { id, keyId },
    );
  }
}

/** Several instances on one database, each with a key of its own: none could sign what another has sealed. */
export class WebhookKeyDiffersError extends AppError {
  readonly code = 'WEBHOOK_KEY_DIFFERS';
  readonly kind = 'unavailable';

  constructor() {
    super(
      'Another instance on this database seals the secrets of webhooks with another key: set WEBHOOK_SECRET_KEY to the same text at all of them and start them again.',
    );
  }
}

/** Nobody is told: the sender just ends. */
export class WebhookTakenOverError extends AppError {
  readonly code = 'WEBHOOK_TAKEN_OVER';
  readonly kind = 'conflict';

  constructor(id: string) {
    super(`Webhook ${JSON.stringify(id)} is sent by another instance by now, or was deleted: it goes on there.`, {
      id,
    });
  }
}

/** A secret was changed in the database, or stands at another webhook than its own. */
export class SecretNotIntactError extends AppError {
  readonly code = 'WEBHOOK_SECRET_NOT_INTACT';
  readonly kind = 'unavailable';

  constructor(id: string) {
    super(
      `The secret of webhook ${JSON.stringify(id)} in the database is not the one that was put there: restore the database from a backup, or delete the webhook from it (table webhooks) and make it anew.`,
      { id },
    );
  }
}

export class WebhookKeyFileError extends AppError {
  readonly code = 'WEBHOOK_KEY_FILE_INVALID';
  readonly kind = 'unavailable';

  constructor(path: string) {
    super(`${path} holds no key: put the right file back, or remove it if no webhook was ever made.`, { path });
  }
}
