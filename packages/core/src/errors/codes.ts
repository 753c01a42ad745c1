/**
 * The vendors' codes that rules know, each with a bit for each kind of failure that it says: all kinds of an error are one
 * number, found once, for the dozen rules that ask for it.
 *
 * Of vendors without an SDK here: Moonshot (`…_error`), Alibaba (https://help.aliyun.com/en/model-studio/error-code),
 * Volcengine (https://www.volcengine.com/docs/82379/1299023), Groq and Cerebras (`…_exceeded`), TGI (`overloaded`),
 * llama.cpp (`exceed_context_size_error`), and Z.ai and Zhipu (numbers: https://docs.z.ai/api-reference/api-code).
 */
const kindsByCode = new Map<string, number>();

/** Makes these codes say the failure with that bit. */
function codes(bit: number, words: string): number {
  for (const word of words.trim().split(/\s+/)) kindsByCode.set(word, (kindsByCode.get(word) ?? 0) | bit);
  return bit;
}

export const TIMEOUT_CODES = codes(
  1 << 0,
  `ETIMEDOUT ESOCKETTIMEDOUT DEADLINE_EXCEEDED timeout_error ModelTimeoutException
  UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT`,
);
export const QUOTA = codes(
  1 << 1,
  `insufficient_quota billing_hard_limit_reached billing_not_active billing_error cost_unknown
  linked_organization_billing_unavailable budget_exceeded ServiceQuotaExceededException
  exceeded_current_quota_error Arrearage AllocationQuota.FreeTierOnly AccountOverdueError QuotaExceeded
  1113 1308 1310`,
);
export const FILTER = codes(
  1 << 2,
  `content_filter content_policy_violation moderation_blocked image_content_policy_violation
  bio_policy misalignment_policy_violation ResponsibleAIPolicyViolation data_inspection_failed DataInspectionFailed
  SensitiveContentDetected InputTextSensitiveContentDetected InputImageSensitiveContentDetected
  InputVideoSensitiveContentDetected OutputTextSensitiveContentDetected OutputImageSensitiveContentDetected
  OutputVideoSensitiveContentDetected InputTextRiskDetection InputImageRiskDetection OutputTextRiskDetection
  OutputImageRiskDetection 1301`,
);
export const CONTEXT = codes(
  1 << 3,
  'context_length_exceeded string_above_max_length request_too_large exceed_context_size_error 1261',
);
export const OVERLOADED = codes(
  1 << 4,
  `overloaded_error slow_down server_is_overloaded engine_overloaded_error ServerOverloaded overloaded queue_exceeded
  capacity_exceeded service_tier_capacity_exceeded ModelNotReadyException 1305`,
);
// llmtrace's own refusals are among them, as its budgets are among the quotas.
export const LIMIT = codes(
  1 << 5,
  'rate_limit_exceeded rate_limit_error RESOURCE_EXHAUSTED RATE_LIMIT_EXCEEDED rate_limited queue_full wait_too_long ThrottlingException ' +
    'Throttling Throttling.RateQuota Throttling.AllocationQuota Throttling.BurstRate REQUEST_LIMIT_EXCEEDED',
);
export const AUTH = codes(
  1 << 6,
  `authentication_error invalid_api_key API_KEY_INVALID UNAUTHENTICATED UnrecognizedClientException
  ExpiredTokenException InvalidSignatureException`,
);
export const PERMISSION = codes(1 << 7, 'permission_error PERMISSION_DENIED AccessDeniedException');
export const NOT_FOUND = codes(1 << 8, 'not_found_error model_not_found NOT_FOUND ResourceNotFoundException');
export const SERVER = codes(
  1 << 9,
  `server_error api_error INTERNAL UNAVAILABLE internal_error vector_store_timeout
  InternalServerException ModelErrorException ModelError ModelStreamErrorException
  ServiceUnavailableException ModelStreamError InternalStreamFailure
  InternalError InternalError.Algo InternalError.Timeout SystemError ModelServiceFailed INTERNAL_ERROR
  TEMPORARILY_UNAVAILABLE generation incomplete_generation`,
);
export const INVALID = codes(
  1 << 10,
  `invalid_request_error invalid_prompt invalid_request INVALID_ARGUMENT FAILED_PRECONDITION
  conflict_error ValidationException`,
);
export const CONNECTION_CODES = codes(
  1 << 11,
  `ECONNRESET ECONNREFUSED ECONNABORTED ENOTFOUND EAI_AGAIN EPIPE EHOSTUNREACH ENETUNREACH
  UND_ERR_SOCKET UND_ERR_CLOSED UND_ERR_DESTROYED ERR_STREAM_PREMATURE_CLOSE`,
);

/** The kinds that these codes say, as bits. */
export function kindsOf(said: ReadonlySet<string>): number {
  let kinds = 0;
  for (const code of said) kinds |= kindsByCode.get(code) ?? 0;
  return kinds;
}
