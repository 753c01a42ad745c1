/** `Runner.run()`, plain or streamed: its workflow ends when it ends, fails or waits for an approval, with the same outcome. */
import type { OperationEnd, PatchedCall } from '@llmtrace/core';
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

export function run({ operations, original, args }: PatchedCall): unknown {
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
      else endWith(current, result as Result);
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

function endWith(current: Run, result: Result): void {
  const end = (): void => close(current, endOf(result));
  const loop = result?._getStreamLoopPromise?.();
  // It resolves for a loop that has failed, too. The SDK itself handles a rejection, so `then` hides none from the application.
  if (loop) loop.then(end, (error: unknown) => close(current, { error }));
  else end();
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
