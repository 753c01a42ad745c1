/** How a turn has ended, by its message `result`. */
import { name, type OperationEnd } from '@llmtrace/core';

export function endOf({ subtype, is_error, terminal_reason: reason, api_error_status }: any): OperationEnd {
  if (typeof reason === 'string' && reason.startsWith('aborted')) return { outcome: 'cancelled' };
  // Another query gives the tool's result.
  if (reason === 'tool_deferred') return { outcome: 'interrupted' };
  if (subtype !== 'success') return { errorType: word(subtype) ?? '_OTHER' };
  if (is_error !== true) return {};
  return {
    errorType: Number.isInteger(api_error_status) ? String(api_error_status) : (word(reason) ?? '_OTHER'),
  };
}

/** A text of the CLI is no error type, which metrics have. */
const word = (value: unknown): string | undefined => {
  const text = name(value);
  return text !== undefined && /^[a-z_]{1,50}$/.test(text) ? text : undefined;
};
