/** Reads errors and never replaces them: their names by the conventions, and their class for all vendors. */
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
