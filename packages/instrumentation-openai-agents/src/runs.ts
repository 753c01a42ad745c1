/** `Runner.run()`, plain or streamed: its workflow ends when it ends, fails or waits for an approval, with the same outcome. */
import { fields, type OperationEnd, type PatchedCall } from '@llmtrace/core';
import { context } from '@opentelemetry/api';
import { type Run, runs } from './current-run.ts';
import { mirrorContext } from './storage.ts';

interface Result {
  readonly interruptions?: unknown;
  /** Of a stream: why its loop has failed, and whether the application has left or aborted it. */
  readonly error?: unknown;
  readonly cancelled?: unknown;
  _getStreamLoopPromise?(): Promise<unknown> | undefined;
}

export function run(call: PatchedCall): unknown {
  const { operations, original, args } = call;
  const tellUnseen = unseenBy(call);
  if (!operations.tracesAgents) return watched(call, tellUnseen);
  operations.safely(mirrorContext);
  let streamed: Result | undefined;
  const signal: Partial<AbortSignal> | undefined = args[2]?.signal;
  const current: Run = {
    open: new Set(),
    isCancelled: () => signal?.aborted === true || streamed?.cancelled === true,
  };
  const started = runs.run(current, () => context.with(context.active(), () => original(...args)));
  return settled(started, (result, error) =>
    operations.safely(() => {
      streamed = result as Result | undefined;
      if (error !== undefined) close(current, { error });
      else
        endWith(result as Result, (end) => {
          close(current, end);
          tellUnseen(end);
        });
    }),
  );
}

async function settled(
  result: unknown,
  observe: (result: unknown, error?: unknown) => void,
): Promise<unknown> {
  try {
    const value = await result;
    observe(value);
    return value;
  } catch (error) {
    observe(undefined, error);
    throw error;
  }
}

function endWith(result: Result, done: (end: OperationEnd) => void): void {
  const end = (): void => done(endOf(result));
  const loop = result?._getStreamLoopPromise?.();
  // It resolves for a loop that has failed, too. The SDK itself handles a rejection, so `then` hides none from the application.
  if (loop) loop.then(end, (error: unknown) => done({ error }));
  else end();
}

/** What warns of model calls that are not seen, if a run has completed: all ask a model, but those that a person has let go on. */
function unseenBy({ operations, args: [, input] }: PatchedCall): (end: OperationEnd) => void {
  const tellUnseen = operations.watchUnseen();
  const isResumed = fields(input)['_modelResponses'] !== undefined;
  return (end) => {
    if (!isResumed && Object.keys(end).length === 0) tellUnseen();
  };
}

/** A run where agents are not traced. */
async function watched(
  { operations, original, args }: PatchedCall,
  tellUnseen: (end: OperationEnd) => void,
): Promise<unknown> {
  const result = await original(...args);
  operations.safely(() => endWith(result as Result, tellUnseen));
  return result;
}

function endOf(result: Result): OperationEnd {
  if (result?.cancelled === true) return { outcome: 'cancelled' };
  if (result?.error) return { error: result.error };
  return needsApproval(result) ? { outcome: 'interrupted' } : {};
}

function close(current: Run, end: OperationEnd): void {
  for (const operation of [...current.open].reverse()) operation.end(end);
  current.open.clear();
  current.end?.(end);
}

/** Whether the run waits for a person's approval of a tool. */
const needsApproval = ({ interruptions }: Result): boolean =>
  Array.isArray(interruptions) && interruptions.length > 0;
