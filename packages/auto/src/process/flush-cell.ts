/** Shared state of a flush that one thread awaits and another thread runs. */

/** The time after which a pending flush is abandoned, in ms; its caller has a separate timeout. */
const LOST_MS = 60_000;

export const flushCell = (): Int32Array =>
  new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** The flush is done. */
export function notify(done: Int32Array): void {
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
}

/** Newer than the types that this is compiled with; all versions of Node.js that llmtrace runs on have it. */
const { waitAsync } = Atomics as unknown as {
  waitAsync(cells: Int32Array, index: number, value: number, ms: number): { value: Promise<string> | string };
};

// As they are now: the tests of an application may replace them.
const { clearTimeout, setTimeout } = globalThis;

/** Waiting for memory keeps no process alive, a timer does: a flush that is awaited must end. */
export async function flushedIn(done: Int32Array): Promise<void> {
  const staying = setTimeout(() => {}, LOST_MS);
  await waitAsync(done, 0, 0, LOST_MS).value;
  clearTimeout(staying);
}
