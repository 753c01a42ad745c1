/** `Runner.run()`: how it ends, its workflow ends, whether it is plain or streamed, fails, or waits for an approval. */
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
  const under: Run = { open: new Set() };
  const started = runs.run(under, () => context.with(context.active(), () => original(...args)));
  return settled(started, (result, error) =>
    operations.safely(() => {
      if (error !== undefined) close(under, { error });
      else ended(under, result as Result);
    }),
  );
}

async function settled(result: unknown, note: (result: unknown, error?: unknown) => void): Promise<unknown> {
  try {
    const value = await result;
    note(value);
    return value;
  } catch (error) {
    note(undefined, error);
    throw error;
  }
}

function ended(under: Run, result: Result): void {
  // The SDK itself has handled a rejection of that promise.
  const loop = result?._getStreamLoopPromise?.();
  const end = (): void => close(under, waits(result) ? { outcome: 'interrupted' } : {});
  if (loop) loop.then(end, (error: unknown) => close(under, { error }));
  else end();
}

function close(under: Run, end: OperationEnd): void {
  for (const operation of [...under.open].reverse()) operation.end(end);
  under.open.clear();
  under.end?.(end);
}

/** Whether it waits for a person's approval of a tool. */
const waits = ({ interruptions }: Result): boolean =>
  Array.isArray(interruptions) && interruptions.length > 0;
