import type { RuleSet } from './audit-rule.ts';

type ScheduleTypes =
  | 'SCHEDULE_CREATED'
  | 'SCHEDULE_FIRED'
  | 'SCHEDULE_SKIPPED'
  | 'SCHEDULE_POSTPONED'
  | 'SCHEDULE_FAILED'
  | 'SCHEDULE_DELETED';

export const scheduleRules: RuleSet<ScheduleTypes> = {
  kind: 'schedule',
  prefix: '',
  rules: {
    SCHEDULE_CREATED: ({ at, cron, timezone }) => ({
      action: 'schedule.created',
      what: 'Made the schedule',
      detail: cron === null ? at : `${cron} in ${timezone}`,
    }),
    SCHEDULE_FIRED: ({ jobId, due }) => ({
      action: 'schedule.fired',
      what: `Was due, and made job ${jobId}`,
      detail: `due ${due}`,
    }),
    SCHEDULE_SKIPPED: ({ count, from, until }) => ({
      action: 'schedule.skipped',
      what: `Did not make up for ${count} runs`,
      detail: `from ${from} until ${until}`,
    }),
    SCHEDULE_POSTPONED: null,
    SCHEDULE_FAILED: ({ due, code, reason }) => ({
      action: 'schedule.failed',
      what: 'Was due, and no job came of it',
      result: 'failed',
      detail: `due ${due}: ${code}: ${reason}`,
    }),
    SCHEDULE_DELETED: ({ by }) => ({ action: 'schedule.deleted', what: 'Deleted the schedule', who: by }),
  },
};

type AgentTypes = 'AGENT_REGISTERED' | 'AGENT_LOST' | 'AGENT_BACK' | 'AGENT_DELETED' | 'AGENT_SAID';

export const agentRules: RuleSet<AgentTypes> = {
  kind: 'agent',
  prefix: 'agent:',
  rules: {
    AGENT_REGISTERED: ({ host, os, capabilities }) => ({
      action: 'agent.registered',
      what: 'Registered the agent',
      detail: `${host}, ${os}: ${capabilities.join(', ')}`,
    }),
    AGENT_LOST: ({ lastSeen }) => ({
      action: 'agent.lost',
      what: 'Lost the agent',
      result: 'failed',
      detail: `last seen ${lastSeen}`,
    }),
    AGENT_BACK: () => ({ action: 'agent.back', what: 'Heard the agent again' }),
    AGENT_DELETED: ({ by }) => ({ action: 'agent.deleted', what: 'Deleted the agent', who: by }),
    AGENT_SAID: null,
  },
};

type WebhookTypes = 'WEBHOOK_CREATED' | 'WEBHOOK_DELETED' | 'WEBHOOK_DISABLED' | 'WEBHOOK_RESUMED';

export const webhookRules: RuleSet<WebhookTypes> = {
  kind: 'webhook',
  prefix: 'webhook:',
  rules: {
    WEBHOOK_CREATED: ({ origin, by }) => ({
      action: 'webhook.created',
      what: `Has events sent to ${origin}`,
      who: by,
    }),
    WEBHOOK_DELETED: ({ by }) => ({ action: 'webhook.deleted', what: 'Deleted the webhook', who: by }),
    WEBHOOK_DISABLED: ({ reason }) => ({
      action: 'webhook.disabled',
      what: 'Sends nothing any more',
      result: 'failed',
      detail: reason,
    }),
    WEBHOOK_RESUMED: ({ by }) => ({ action: 'webhook.resumed', what: 'Has events sent again', who: by }),
  },
};

type KnowledgeTypes = 'MEMORY_STORED' | 'KNOWLEDGE_CORRECTED' | 'KNOWLEDGE_FORGOTTEN';

export const knowledgeRules: RuleSet<KnowledgeTypes> = {
  kind: 'knowledge',
  prefix: 'knowledge:',
  rules: {
    MEMORY_STORED: null,
    KNOWLEDGE_CORRECTED: ({ title, by }) => ({
      action: 'knowledge.corrected',
      what: 'Put right what was learned',
      who: by,
      detail: title,
    }),
    KNOWLEDGE_FORGOTTEN: ({ by }) => ({
      action: 'knowledge.forgotten',
      what: 'Had forgotten what was learned',
      who: by,
    }),
  },
};

type MessageTypes =
  | 'MESSAGE_SENT'
  | 'MESSAGE_ASSIGNED'
  | 'MESSAGE_PROGRESS'
  | 'MESSAGE_ANSWERED'
  | 'MESSAGE_FAILED'
  | 'MESSAGE_ANSWER_REFUSED';

export const messageRules: RuleSet<MessageTypes> = {
  kind: 'message',
  prefix: '',
  rules: {
    MESSAGE_SENT: ({ strategy, target, workerType }) => ({
      action: 'message.sent',
      what: 'Sent a message to workers',
      detail: [strategy, target ?? workerType].filter((each) => each !== null).join(' '),
    }),
    MESSAGE_ASSIGNED: null,
    MESSAGE_PROGRESS: null,
    MESSAGE_ANSWERED: ({ workerId }) => ({
      action: 'message.answered',
      what: 'Answered the message',
      who: workerId,
    }),
    MESSAGE_FAILED: ({ workerId, code, reason }) => ({
      action: 'message.failed',
      what: 'The message came to nothing',
      ...(workerId === null ? {} : { who: workerId }),
      result: 'failed',
      detail: `${code}: ${reason}`,
    }),
    MESSAGE_ANSWER_REFUSED: ({ workerId }) => ({
      action: 'message.refused',
      what: 'Did not use an answer: it came too late',
      who: workerId,
      result: 'refused',
    }),
  },
};

export const keyRules: RuleSet<'KEY_CREATED' | 'KEY_REVOKED'> = {
  kind: 'key',
  prefix: 'key:',
  rules: {
    KEY_CREATED: ({ name, role, expiresAt, by }) => ({
      action: 'key.created',
      what: `Made a key of role ${role} for ${name}`,
      who: by,
      detail: expiresAt === null ? 'good until it is revoked' : `good until ${expiresAt}`,
    }),
    KEY_REVOKED: ({ name, by }) => ({ action: 'key.revoked', what: `Revoked the key of ${name}`, who: by }),
  },
};

export const accessRules: RuleSet<'ACCESS_REFUSED'> = {
  kind: 'access',
  prefix: '',
  rules: {
    ACCESS_REFUSED: ({ code, who, what, count, untold, keyId, role, door }) => ({
      action: 'access.refused',
      what: `Was refused ${what}`,
      who,
      from: { keyId, role, door },
      result: 'refused',
      detail: `${code}, ${count} times${untold > 0 ? `; ${untold} more were refused and are not told` : ''}`,
    }),
  },
};
