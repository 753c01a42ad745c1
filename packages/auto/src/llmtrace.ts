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
   * Gives options in code; they win over the configuration file's, and over variables. The import has started
   * llmtrace already, by its variables. Call it before the first call of an SDK. A second time, with other options, is
   * one warning and changes nothing; so is a time after `shutdown()`.
   *
   * @throws TypeError for an option that has a wrong value.
   */
  start(options?: AutoConfig): void;
  /**
   * Exports all calls that have ended, their metrics and their log events. It resolves when they are exported, or cannot
   * be, or the timeout has passed; it never rejects. Where nothing was started, it resolves at once.
   */
  flush(options?: FlushOptions): Promise<void>;
  /**
   * Stops llmtrace in this thread for good: open calls end as `abandoned`, all is exported as by `flush()`, and the export
   * thread and the listener for Prometheus end. The application's calls go on, untraced. It never rejects, and a second
   * time waits for the first. Providers of the application are flushed, not shut down.
   */
  shutdown(options?: FlushOptions): Promise<void>;
  /** What the doctor knows of this process at the moment, as data that can be sent as JSON. It makes no request. */
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
