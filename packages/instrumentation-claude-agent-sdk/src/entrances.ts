/** The functions of the SDK that start the CLI, and the one that makes a server of tools which run in this process. */
import { fields, type PatchedCall } from '@llmtrace/core';
import { Session, type SessionOptions } from './session.ts';
import { observedServer } from './tools.ts';

export function query({ operations, original, args }: PatchedCall): unknown {
  const session = operations.safely(() => new Session(operations, optionsOf(fields(args[0]).options)));
  return session ? session.query(() => original(...args)) : original(...args);
}

function optionsOf(options: unknown, id?: unknown): SessionOptions {
  const {
    model,
    agent,
    resume = id,
    continue: isContinued,
    abortController,
    mcpServers,
    env,
  } = fields(options);
  return {
    model,
    agent,
    resume,
    isResumed: resume !== undefined || isContinued === true,
    signal: fields(abortController).signal,
    mcpServers,
    env: env ?? process.env,
  };
}

/**
 * Starts the CLI before there is a prompt, and returns a promise of an object with a method that takes the prompt: its result is
 * that of `query()`.
 */
export function startup({ operations, original, args }: PatchedCall): unknown {
  const session = operations.safely(() => new Session(operations, optionsOf(fields(args[0]).options)));
  if (!session) return original(...args);
  const started = session.within(() => original(...args));
  return started.then((ready: unknown) => {
    operations.safely(() => observeQuery(session, ready));
    return ready;
  });
}

function observeQuery(session: Session, ready: unknown): void {
  const { query: method } = fields(ready);
  if (typeof method !== 'function') {
    session.operations.lacks('a started session without query()');
    return;
  }
  Object.defineProperty(ready, 'query', {
    ...Object.getOwnPropertyDescriptor(ready, 'query'),
    value: (...args: unknown[]) => session.query(() => Reflect.apply(method, ready, args)),
  });
}

/** A session of the second interface, which versions before 0.3.142 have: each turn has an iterator over the same messages. */
const opening =
  (optionsAt: (args: readonly unknown[]) => SessionOptions) =>
  ({ operations, original, args }: PatchedCall): unknown => {
    const session = operations.safely(() => new Session(operations, optionsAt(args)));
    if (!session) return original(...args);
    const opened = session.within(() => original(...args));
    operations.safely(() => session.follow(fields(opened).query));
    return opened;
  };

export const createSession = opening(([options]) => optionsOf(options));
export const resumeSession = opening(([id, options]) => optionsOf(options, id));

/** A function whose runs are not traced. */
export function untraced({ operations, original, args }: PatchedCall, run: string): unknown {
  operations.lacks(run);
  return original(...args);
}

export function createServer({ operations, original, args }: PatchedCall): unknown {
  const [options, ...rest] = args;
  return original(operations.safely(() => observedServer(operations, options)) ?? options, ...rest);
}
