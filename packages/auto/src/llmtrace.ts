/** `llmtrace`: the functions of llmtrace that an application may call while it runs, from any copy of this package. */
import module from 'node:module';
import type { AutoConfig } from './auto-options.ts';
import { checkOptions } from './config-file.ts';
import type { LlmtraceStatus } from './doctor/status.ts';
import { type FlushOptions, flush } from './process/flush.ts';
import { lifecycle } from './process/lifecycle.ts';
import { start } from './start.ts';

export type { LlmtraceStatus } from './doctor/status.ts';
export type { FlushOptions } from './process/flush.ts';

const require = module.createRequire(import.meta.url);

/** The functions of llmtrace that an application may call while it runs. */
export interface Llmtrace {
  /**
   * Sets options in code; they take precedence over the configuration file and over variables. The import has already
   * started llmtrace with its variables. Call `start()` before the first call of an SDK. A second call with other options,
   * or a call after `shutdown()`, changes nothing and warns once.
   *
   * @throws TypeError for a wrong option.
   */
  start(options?: AutoConfig): void;
  /**
   * Exports all ended calls, their metrics and their log events. It resolves when the exports have ended, even failed ones,
   * or the timeout has passed; it never rejects. If llmtrace does not run, it resolves at once.
   */
  flush(options?: FlushOptions): Promise<void>;
  /**
   * Stops llmtrace in this thread; it cannot be started again. Open calls end as `abandoned`, all telemetry is exported as
   * by `flush()`, and the export thread and the listener for Prometheus end. The application's calls continue, untraced. It
   * never rejects, and a second call waits for the first. Providers of the application are flushed, not shut down.
   */
  shutdown(options?: FlushOptions): Promise<void>;
  /** Returns the doctor's current facts of this process, as data for JSON. It makes no request. */
  status(): LlmtraceStatus;
}

export const llmtrace: Llmtrace = Object.freeze({
  start(options: AutoConfig = {}): void {
    checkOptions(options);
    if (!lifecycle()) start();
    lifecycle()?.configure(options);
  },
  flush,
  shutdown: (options?: FlushOptions): Promise<void> => {
    const running = lifecycle();
    return running ? running.shutdown(() => flush(options)) : flush(options);
  },
  status(): LlmtraceStatus {
    const { statusOf } = require('./doctor/status.ts') as typeof import('./doctor/status.ts');
    return statusOf();
  },
});
