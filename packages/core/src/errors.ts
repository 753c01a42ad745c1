/** Errors, read and never replaced: what they are called by the conventions, and what they are for all vendors. */
export {
  callErrorType,
  classifyError,
  type ErrorInfo,
  isAuthError,
  isCancelled,
  isContentFilter,
  isContextLength,
  isInvalidRequest,
  isQuotaExceeded,
  isRateLimit,
  isServerError,
  isTimeout,
  isTransient,
} from './errors/classify.ts';
export { errorCode, errorMessage, errorStatus, errorText, errorType, exceptionOf } from './errors/naming.ts';
export type { ErrorCategory } from './errors/rules.ts';
