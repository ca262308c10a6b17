import { StringDecoder } from 'node:string_decoder';

/** Bytes that several streams may keep together. */
export class OutputBudget {
  private room: number;
  private dropped = 0;

  constructor(bytes: number) {
    this.room = bytes;
  }

  /** Bytes that came after the room was used up. */
  get cut(): number {
    return this.dropped;
  }

  /** The part of a chunk that there is still room for. */
  take(chunk: Buffer): Buffer {
    const kept = chunk.subarray(0, this.room);
    this.room -= kept.length;
    this.dropped += chunk.length - kept.length;
    return kept;
  }
}

/** Keeps one stream as text: characters that lie across two chunks stay whole, one that the limit cuts is left out. */
export class OutputCapture {
  private readonly decoder = new StringDecoder('utf8');
  private readonly chunks: string[] = [];
  private isCut = false;

  constructor(
    private readonly budget: OutputBudget,
    private readonly onText?: (text: string) => void,
  ) {}

  add(chunk: Buffer): void {
    const kept = this.budget.take(chunk);
    this.isCut ||= kept.length < chunk.length;
    if (kept.length > 0) this.keep(this.decoder.write(kept));
  }

  /** The whole text, once the stream has ended. */
  end(): string {
    if (!this.isCut) this.keep(this.decoder.end());
    return this.chunks.join('');
  }

  private keep(text: string): void {
    if (text === '') return;
    this.chunks.push(text);
    this.onText?.(text);
  }
}
