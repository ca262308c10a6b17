import type { AgentMessage } from '../protocol/agent-message.ts';
import type { AgentLink } from './agent-pool.ts';

/** The way to an agent that asks for work by itself: as many steps as it is asking for at the moment. */
export class PolledLink implements AgentLink {
  private readonly takers: ((message: AgentMessage<'assign'> | null) => void)[] = [];
  /** Assigned when the agent had just stopped asking. */
  private readonly waiting: AgentMessage<'assign'>[] = [];
  private stale: readonly AgentMessage<'assign'>[] = [];

  get room(): number {
    return this.takers.length;
  }

  /** Resolves with the next step, or with null when the signal fires first. */
  take(signal: AbortSignal): Promise<AgentMessage<'assign'> | null> {
    const next = this.waiting.shift();
    if (next) return Promise.resolve(next);
    if (signal.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const leave = () => {
        const index = this.takers.indexOf(taker);
        if (index >= 0) this.takers.splice(index, 1);
        resolve(null);
      };
      const taker = (message: AgentMessage<'assign'> | null) => {
        signal.removeEventListener('abort', leave);
        resolve(message);
      };
      this.takers.push(taker);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  assign(message: AgentMessage<'assign'>): void {
    const taker = this.takers.shift();
    if (taker) taker(message);
    else this.waiting.push(message);
  }

  /** The agent learns of it when it hands in its answer, which is refused. */
  cancel(lease: string): void {
    const index = this.waiting.findIndex(({ security }) => security.lease === lease);
    if (index >= 0) this.waiting.splice(index, 1);
  }

  /**
   * Steps that nobody has fetched since this was asked before: the agent may ask another instance by now. They are not
   * handed out any more.
   */
  unfetched(): readonly AgentMessage<'assign'>[] {
    const unfetched = this.waiting.filter((message) => this.stale.includes(message));
    for (const message of unfetched) this.waiting.splice(this.waiting.indexOf(message), 1);
    this.stale = [...this.waiting];
    return unfetched;
  }

  close(): void {
    for (const taker of this.takers.splice(0)) taker(null);
  }
}
