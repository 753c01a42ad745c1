/**
 * A **session**: one process of the CLI. Its messages are those of its **turns**, one after the other, each of which ends with a
 * message `result`. A turn is the run of an agent.
 */
import {
  type Followed,
  fields,
  name,
  type OpenOperation,
  type OperationEnd,
  type Operations,
} from '@llmtrace/core';
import { type Context, context, createContextKey } from '@opentelemetry/api';
import { Counted } from './counted.ts';
import { endOf } from './result.ts';
import { Tools } from './tool-calls.ts';
import { Totals } from './totals.ts';

/** The application's options, of any type. */
export interface SessionOptions {
  readonly model: unknown;
  /** The name of the agent of the main loop. */
  readonly agent: unknown;
  /** The id of the session that goes on. */
  readonly resume: unknown;
  readonly isResumed: boolean;
  /** By which the application stops the CLI. */
  readonly signal: unknown;
  readonly mcpServers: unknown;
  /** The environment of the CLI. */
  readonly env: unknown;
}

interface Turn {
  readonly operation: OpenOperation;
  readonly counted: Counted;
}

/** The session whose CLI calls the application back. */
const SESSION = createContextKey('llmtrace.claude-agent-sdk.session');

export const sessionOf = (active: Context): Session | undefined =>
  active.getValue(SESSION) as Session | undefined;

const CANCELLED: OperationEnd = { outcome: 'cancelled' };

/** Without the error, whose class has another name in each minified version. */
const STOPPED: OperationEnd = { ...CANCELLED, error: undefined };

/** Whether the CLI's own telemetry makes spans, which have the tokens of its model calls. */
function makesSpans(env: any): boolean {
  const isOn = (name: string): boolean => /^(?:1|true|yes|on)$/i.test(String(env[name] ?? ''));
  const exporter = String(env.OTEL_TRACES_EXPORTER ?? '');
  return (
    isOn('CLAUDE_CODE_ENABLE_TELEMETRY') &&
    (isOn('CLAUDE_CODE_ENHANCED_TELEMETRY_BETA') || isOn('ENABLE_ENHANCED_TELEMETRY_BETA')) &&
    exporter !== '' &&
    exporter !== 'none'
  );
}

export class Session implements Followed {
  readonly operations: Operations;
  readonly tools: Tools;
  readonly #options: SessionOptions;
  readonly #totals: Totals;
  #turn: Turn | undefined;
  #id: string | undefined;
  readonly #hasSpans: boolean;
  #hasEnded = false;
  /** The context of the code that reads the messages. */
  #reader: Context = context.active();
  /** The session must not keep it: its garbage collection ends a turn that the application left. */
  #iterator: WeakRef<object> | undefined;

  constructor(operations: Operations, options: SessionOptions) {
    this.operations = operations;
    this.#options = options;
    this.#id = name(options.resume);
    this.#hasSpans = makesSpans(fields(options.env));
    this.#totals = new Totals(options.isResumed, this.#id);
    this.tools = new Tools(operations, options.mcpServers);
  }

  /** Runs a function that starts the CLI. */
  within<T>(run: () => T): T {
    return context.with(context.active().setValue(SESSION, this), run);
  }

  /** Runs a function that starts a turn and returns the SDK's `Query`. */
  query<T>(run: () => T): T {
    this.#reader = context.active();
    const turn = this.#opened();
    const inside = turn?.operation.record.context.setValue(SESSION, this) ?? this.#reader;
    let query: T;
    try {
      query = context.with(inside, run);
    } catch (error) {
      this.end({ error });
      throw error;
    }
    this.operations.safely(() => this.follow(query));
    return query;
  }

  /** Observes the generator that a `Query` reads: `for await` calls its methods, and so do the methods of the `Query`. */
  follow(query: unknown): void {
    const iterator = fields(query)[Symbol.asyncIterator]?.();
    if (typeof iterator?.next !== 'function') {
      this.operations.lacks('a query without an async iterator');
      this.end({ outcome: 'abandoned' });
      return;
    }
    this.#iterator = new WeakRef(iterator);
    this.operations.follow(this, iterator, {
      result: (message) => {
        this.#see(fields(message));
        return {};
      },
      error: () => (fields(this.#options.signal).aborted === true ? STOPPED : {}),
    });
  }

  /** A step of the iterator. Its code is the SDK's alone. */
  run<T>(step: () => T): T {
    this.#reader = context.active();
    return step();
  }

  seen(): void {
    this.#turn?.operation.seen();
  }

  /** The messages have ended. Without a result, the application has closed the CLI. */
  end(end: OperationEnd = {}): void {
    const { outcome, error } = end;
    if (error !== undefined) this.#turn?.counted.fail();
    this.#hasEnded = true;
    this.#close(outcome === undefined && error === undefined ? CANCELLED : end);
    this.tools.close({ outcome: 'abandoned' });
  }

  endWithout(iterator: object): void {
    this.#turn?.operation.endWithout(iterator);
  }

  /** The call of a tool of this process; the turn, if the call has no id. A message with the call may not have been read yet. */
  calls(tool: {
    readonly id: unknown;
    readonly name: string;
    readonly input: unknown;
  }): OpenOperation | undefined {
    const around = this.#opened()?.operation;
    return this.tools.call(tool, { around, iterator: this.#iterator?.deref() }) ?? around;
  }

  /** The turn that is open. What only happens within a turn opens the next one. */
  #opened(): Turn | undefined {
    if (!this.#hasEnded) this.#turn ??= this.#open();
    return this.#turn;
  }

  #open(): Turn | undefined {
    const { model, agent } = this.#options;
    const counted = new Counted();
    const operation = this.operations.open(() => ({
      kind: 'invoke_agent',
      provider: 'anthropic',
      name: name(agent),
      model: name(model),
      conversationId: this.#id,
      around: this.#reader,
      usage: () => this.#totals.usageOf(counted),
      hasTokenSpans: this.#hasSpans,
    }));
    if (!operation) return undefined;
    const iterator = this.#iterator?.deref();
    if (iterator) operation.endWithout(iterator);
    return { operation, counted };
  }

  #close(end: OperationEnd): void {
    const turn = this.#turn;
    this.#turn = undefined;
    if (!turn) return;
    if (end.outcome !== undefined || end.error !== undefined || end.errorType !== undefined)
      this.tools.close({ outcome: end.outcome === 'abandoned' ? 'abandoned' : 'cancelled' });
    turn.operation.end(end);
  }

  #see(message: any): void {
    this.#name(message.session_id);
    const { type, subtype, parent_tool_use_id: parent } = message;
    if (type === 'result') this.#finish(message);
    else if (type === 'assistant') this.#assistant(message, parent);
    else if (type === 'stream_event') this.#turnOf(parent)?.counted.event(message.event, parent);
    else if (type === 'user') this.tools.results(message.message);
    else if (type === 'system' && subtype === 'init') this.#opened();
  }

  #name(id: unknown): void {
    const conversationId = name(id);
    if (conversationId === undefined || conversationId === '') return;
    this.#id = conversationId;
    this.#turn?.operation.learn({ conversationId });
  }

  /** The turn of a message. An agent that works in the background may send messages between two turns. */
  #turnOf(parent: unknown): Turn | undefined {
    return typeof parent === 'string' ? this.#turn : this.#opened();
  }

  #assistant({ message }: any, parent: unknown): void {
    const turn = this.#turnOf(parent);
    turn?.counted.message(message);
    this.tools.start(message, { parent, around: turn?.operation, iterator: this.#iterator?.deref() });
  }

  #finish(message: any): void {
    this.#opened()?.counted.finish(message);
    this.#close(endOf(message));
  }
}
