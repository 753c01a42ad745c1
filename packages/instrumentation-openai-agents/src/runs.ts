/** `Runner.run()`, plain or streamed: its workflow ends when it ends, fails or waits for an approval, with the same outcome. */
import type { OperationEnd, PatchedCall } from '@llmtrace/core';
import { context } from '@opentelemetry/api';
import { type Run, runs } from './current-run.ts';
import { mirrorContext } from './storage.ts';

interface Result {
  readonly interruptions?: unknown;
  _getStreamLoopPromise?(): Promise<unknown> | undefined;
}

export function run({ operations, original, args }: PatchedCall): unknown {
  operations.safely(mirrorContext);
  const current: Run = { open: new Set() };
  const started = runs.run(current, () => context.with(context.active(), () => original(...args)));
  return settled(started, (result, error) =>
    operations.safely(() => {
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
  // The SDK itself handles a rejection of this promise, so `then` hides none from the application.
  const loop = result?._getStreamLoopPromise?.();
  const end = (): void => close(current, needsApproval(result) ? { outcome: 'interrupted' } : {});
  if (loop) loop.then(end, (error: unknown) => close(current, { error }));
  else end();
}

function close(current: Run, end: OperationEnd): void {
  for (const operation of [...current.open].reverse()) operation.end(end);
  current.open.clear();
  current.end?.(end);
}

/** Whether the run waits for a person's approval of a tool. */
const needsApproval = ({ interruptions }: Result): boolean =>
  Array.isArray(interruptions) && interruptions.length > 0;
