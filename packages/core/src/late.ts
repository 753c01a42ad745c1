/** Files of llmtrace that are loaded with their first use: most applications use one SDK and one framework, or none. */
import { diag } from '@opentelemetry/api';
import { note } from './diagnosis/findings.ts';
import { outside } from './platform/at-start.ts';

/** What could not be loaded when it was last needed. */
const missing = new Set<() => object>();

/** Whether a part of llmtrace cannot be read now, so that calls may not be traced. A warning has named the cause. */
export const isUnreadable = (): boolean => missing.size > 0;

/**
 * What a file exports, which is loaded with its first use, outside of the context of the call that needs it:
 * `const code = late(() => require('./code.js'))`.
 *
 * @returns the function that loads it. It throws where the file cannot be read, as where a process has too many files open, after a
 * warning; the next use tries again. Where it throws within the telemetry of a call, the call goes on untraced.
 */
export function late<T extends object>(load: () => T): () => T {
  let loaded: T | undefined;
  return () => {
    try {
      if (loaded === undefined) {
        loaded = outside(load);
        missing.delete(load);
      }
      return loaded;
    } catch (error) {
      missing.add(load);
      diag.error('llmtrace: could not load its code', error);
      note(unreadable, true);
      throw error;
    }
  };
}

const unreadable = {
  code: 'not-installed',
  message: 'calls are not traced: the files of llmtrace could not be read as they were first needed',
  cure: 'Where they are missing, install `@llmtrace/auto` anew; OTEL_LOG_LEVEL=error says why',
  lost: true,
} as const;
