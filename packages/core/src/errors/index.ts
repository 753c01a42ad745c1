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
} from './classify.ts';
export { errorCode, errorMessage, errorStatus, errorText, errorType, exceptionOf } from './naming.ts';
export type { CallErrorType, ErrorCategory } from './rules.ts';
