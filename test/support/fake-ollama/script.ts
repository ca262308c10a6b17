/** A model that the server has pulled. */
export interface FakeModel {
  readonly name: string;
  /** Default: 32,768. */
  readonly contextLength?: number;
  /** Default: ['completion']. `thinking` makes it think unless told not to. */
  readonly capabilities?: readonly string[];
  /** Default: llama. */
  readonly architecture?: string;
}

export interface FakeMessage {
  readonly role: string;
  readonly content: string;
}

/** A chat request as the model gets it: the server may have dropped messages before. */
export interface FakeChatRequest {
  readonly model: string;
  /** After truncation. */
  readonly messages: readonly FakeMessage[];
  /** The JSON Schema of the answer, `json`, or null. */
  readonly format: unknown;
  readonly options: Readonly<Record<string, unknown>>;
  readonly thinks: boolean;
  /** How many chat requests came before this one. */
  readonly index: number;
}

/** What the model says, and what goes wrong while it does. */
export interface FakeReply {
  /** JSON where the request has a format; anything else there is a mistake of the script and answered with 500. */
  readonly text: string;
  /** What it thinks before, when it thinks. */
  readonly thinking?: string;
  /** The model lets the format be, as some do: `text` may then be anything. */
  readonly ignoresFormat?: boolean;
  /** Awaited before the first token: the prompt is long, or the model is being loaded. */
  readonly beforeFirstToken?: (signal: AbortSignal) => Promise<unknown>;
  /** Awaited before each further token. */
  readonly betweenTokens?: (tokensSent: number, signal: AbortSignal) => Promise<unknown>;
  /** Breaks off after so many tokens: with an error line, a clean end without the last line, or a dead socket. */
  readonly breakOff?: {
    readonly afterTokens: number;
    readonly how: 'error' | 'end' | 'socket';
    readonly error?: string;
  };
  /** Cuts the bytes of the stream into writes of this size, in the middle of lines and characters. */
  readonly bytesPerWrite?: number;
  /** Instead of what was counted. */
  readonly promptEvalCount?: number;
}

/** The server refuses before the first token. */
export interface FakeRefusal {
  readonly status: number;
  readonly error: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type FakeAnswer = string | FakeReply | FakeRefusal;

export type Respond = (request: FakeChatRequest) => FakeAnswer | Promise<FakeAnswer>;

export interface FakeOllamaOptions {
  readonly models?: readonly (FakeModel | string)[];
  readonly respond: Respond;
  /** Default: a free port. */
  readonly port?: number;
  /** OLLAMA_NUM_PARALLEL: generations at the same time. Default: 1, as Ollama has it. */
  readonly parallel?: number;
  /** OLLAMA_MAX_QUEUE: requests that wait; more are refused with 503. Default: 512. */
  readonly maxQueue?: number;
  /** A server from before the request had `truncate` and `shift`: it always truncates. */
  readonly beforeTruncateOption?: boolean;
}
