import { describe, expect, it } from '@jest/globals';
import { MessageFactory } from '../protocol/message-factory.ts';
import { AgentPool } from './agent-pool.ts';
import { Dispatcher } from './dispatcher.ts';
import { StepBoard, type WantedStep } from './step-board.ts';

class OneStep extends StepBoard {
  override wanted = (): readonly WantedStep[] => [{ jobId: 'j', step: 'a', priority: 0, needs: ['rpn'] }];
}

const agent = { agentId: 'a', host: 'h', os: 'o', capabilities: ['rpn'], maxConcurrent: 1 };
const link = { room: null, assign: () => undefined, cancel: () => undefined, close: () => undefined };

describe('the dispatcher', () => {
  it.each(Array.from({ length: 25 }, (_, ticks) => ticks))(
    'hears of an agent that comes %i turns of the microtask queue after it has begun to look [JB-7]',
    async (ticks) => {
      const placed: string[] = [];
      const pool = new AgentPool(() => 0);
      const dispatcher = new Dispatcher({
        board: new OneStep(),
        pool,
        writer: {
          say: (jobId) => {
            placed.push(jobId);
            return Promise.reject(new Error('It is enough to know that it was tried.'));
          },
        },
        stateOf: () => Promise.reject(new Error('Nothing is assigned.')),
        instanceId: 'here',
        messages: new MessageFactory('taskloom'),
        clock: Date.now,
        choose: null,
        report: () => undefined,
      });
      dispatcher.pump();
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      pool.connect(agent, link);
      dispatcher.pump();
      await new Promise((resolve) => setImmediate(resolve));
      expect(placed).not.toEqual([]);
    },
  );
});
