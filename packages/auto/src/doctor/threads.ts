/** Worker threads: each has its own doctor, and the main thread's report counts those that have not reported. */
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { OWN_THREAD } from '../process/once-per-thread.ts';

const KEY = 'llmtrace.doctor.threads';
const STARTED = 0;
const REPORTED = 1;

export interface Threads {
  /** Counts this worker thread as examined. */
  report(): void;
  /** How many of all threads were started, and have not reported. */
  missing(): number;
}

/** Counts from now on, in shared memory that Node.js passes to the threads that a thread starts. */
export function watchThreads(): Threads {
  const known = getEnvironmentData(KEY);
  const counts = known instanceof Int32Array ? known : new Int32Array(new SharedArrayBuffer(8));
  setEnvironmentData(KEY, counts);
  process.on('worker', (worker) => {
    if (!Reflect.has(worker, OWN_THREAD)) Atomics.add(counts, STARTED, 1);
  });
  return {
    report: () => void Atomics.add(counts, REPORTED, 1),
    missing: () => Atomics.load(counts, STARTED) - Atomics.load(counts, REPORTED),
  };
}
