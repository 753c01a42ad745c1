/** The functions of the SDK that start the CLI, and the one that makes a server of tools which run in this process. */
import { type FunctionPoint, fields, type PatchedCall } from '@llmtrace/core';
import { Session, type SessionOptions } from './session.ts';
import { observedServer } from './tools.ts';

/** The main entry, and the one without the peer dependencies (0.3). */
const FILES = /^(?:sdk|core)\.mjs$/;

function query({ operations, original, args }: PatchedCall): unknown {
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
function startup({ operations, original, args }: PatchedCall): unknown {
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
  (optionsAt: (args: readonly unknown[]) => SessionOptions): FunctionPoint['around'] =>
  ({ operations, original, args }) => {
    const session = operations.safely(() => new Session(operations, optionsAt(args)));
    if (!session) return original(...args);
    const opened = session.within(() => original(...args));
    operations.safely(() => session.follow(fields(opened).query));
    return opened;
  };

/** A function whose runs are not traced. */
const untraced =
  (run: string): FunctionPoint['around'] =>
  ({ operations, original, args }) => {
    operations.lacks(run);
    return original(...args);
  };

function createServer({ operations, original, args }: PatchedCall): unknown {
  const [options, ...rest] = args;
  return original(operations.safely(() => observedServer(operations, options)) ?? options, ...rest);
}

const V2 = { since: '0.1.54', until: '0.3.142' };

export const entrances: readonly FunctionPoint[] = [
  { files: FILES, name: 'query', around: query },
  { files: FILES, name: 'createSdkMcpServer', around: createServer },
  { files: FILES, name: 'startup', since: '0.2.89', around: startup },
  // In its alpha: it hands over a process of the CLI that may run before the application has a session.
  { files: FILES, name: 'prewarm', since: '0.3.290', around: untraced('the runs of prewarm()') },
  {
    files: FILES,
    name: 'unstable_v2_createSession',
    ...V2,
    around: opening(([options]) => optionsOf(options)),
  },
  {
    files: FILES,
    name: 'unstable_v2_resumeSession',
    ...V2,
    around: opening(([id, options]) => optionsOf(options, id)),
  },
  // It opens its session by a function of the module that cannot be replaced.
  { files: FILES, name: 'unstable_v2_prompt', ...V2, around: untraced('the run of unstable_v2_prompt()') },
];
