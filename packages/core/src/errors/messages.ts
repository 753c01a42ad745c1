/**
 * The part of an error's text that may be recorded while content is not. A vendor's or a gateway's text may quote the
 * request, as FastAPI's 422 does. So only messages from the vendors' error catalogues are recorded, whose variable
 * parts are numbers and the names of models and parameters. llmtrace's own words replace any other text.
 */
import { withoutSecrets } from '../platform/secrets.ts';
import type { CallErrorType } from './rules.ts';

const MODEL = '[\\w.:/@-]{1,100}';
const PARAMETER = '[\\w.[\\]-]{1,64}';
const NUMBER = '\\d{1,12}(?:[.,]\\d{1,12}){0,4}';

/** Messages of vendors, of SDKs and of the network; each from its beginning, as far as it is safe. */
const KNOWN: readonly string[] = [
  // SDKs and the network
  'Connection error\\.',
  'Request timed out\\.',
  'Request was aborted\\.?',
  'The request timed out\\.',
  'The vendor answered with status \\d{3}\\.',
  '(?:This|The) operation was aborted',
  'fetch failed',
  'terminated',
  'Premature close',
  'Incomplete JSON segment at the end',
  'Error reading from the stream',
  'Error parsing JSON response',
  'exception parsing stream chunk',
  '(?:connect|read|write|getaddrinfo) E[A-Z_]{3,20}(?: [\\w.:-]{1,100})?',
  'socket hang up',
  'other side closed',
  'Could not resolve authentication method',
  'Streaming is (?:strongly recommended|required) for operations that may (?:take|token) longer than 10 minutes',
  '(?:Could not parse response content|Could not parse the response) as the (?:length limit was reached|request was rejected by the content filter)',
  // OpenAI: https://platform.openai.com/docs/guides/error-codes
  `Rate limit reached for ${MODEL}(?: in organization org-[\\w-]{1,40})?(?: on [a-z ]{1,30}(?: \\([A-Z]{2,4}\\))?)?: Limit:? ${NUMBER}(?:[,/] (?:Used|Current):? ${NUMBER})?(?:[,/] Requested:? ${NUMBER})?`,
  'Request too large for',
  'You exceeded your current quota, please check your plan and billing details',
  'Incorrect API key provided',
  "You didn't provide an API key",
  'You must be a member of an organization to use the API',
  'Your account is not active, please check your billing details',
  'Billing hard limit has been reached',
  'The server had an error (?:while )?processing your request',
  'The server is currently overloaded with other requests',
  'The engine is currently overloaded, please try again later',
  'That model is currently overloaded with other requests',
  `The (?:requested )?model [\`']${MODEL}[\`'] does not exist(?: or you do not have access to it)?`,
  'You are not allowed to sample from this model',
  `This model's maximum context length is ${NUMBER} tokens(?:\\. However, (?:you requested ${NUMBER} tokens(?: \\(${NUMBER} in the messages, ${NUMBER} in the completion\\))?|your messages resulted in ${NUMBER} tokens))?`,
  'Your input exceeds the context window of this model',
  `Unsupported parameter: '${PARAMETER}' is not supported with this model`,
  `Unsupported value: '${PARAMETER}' does not support ${NUMBER} with this model`,
  `Missing required parameter: '${PARAMETER}'`,
  `Unknown parameter: '${PARAMETER}'`,
  `Invalid type for '${PARAMETER}': expected [a-z, ]{1,60}`,
  'Invalid image data',
  'The file type you uploaded is not supported',
  'Web search options not supported with this model',
  `Invalid token in prompt: ${NUMBER}\\. Minimum value is ${NUMBER}, maximum value is ${NUMBER} \\(inclusive\\)`,
  'Your request was rejected as a result of our safety system',
  "The response was filtered due to the prompt triggering Azure OpenAI's content management policy",
  'Access denied due to invalid subscription key or wrong API endpoint',
  'The API deployment for this resource does not exist',
  // Anthropic: https://platform.claude.com/docs/en/api/errors
  'Overloaded',
  'Internal server error',
  'invalid x-api-key',
  'x-api-key header is required',
  'Your credit balance is too low to access the Anthropic API',
  `prompt is too long: ${NUMBER} tokens > ${NUMBER} maximum`,
  `This request would exceed your organization's (?:maximum usage increase rate|rate limit of ${NUMBER} [a-z ]{1,60})`,
  'Number of (?:request|concurrent|[a-z]{1,10} )?[a-z ]{1,40} has exceeded your',
  `input length and \`max_tokens\` exceed context limit: ${NUMBER} \\+ ${NUMBER} > ${NUMBER}`,
  `max_tokens: ${NUMBER} > ${NUMBER}, which is the maximum allowed number of output tokens for ${MODEL}`,
  `model: ${MODEL}(?=$)`,
  'messages: at least one message is required',
  `messages\\.\\d{1,6}: Input does not match the expected shape`,
  `${PARAMETER}: Field required`,
  'Output blocked by content filtering policy',
  // Google: https://ai.google.dev/gemini-api/docs/troubleshooting
  'API key not valid\\. Please pass a valid API key',
  'API key expired\\. Please renew the API key',
  'The model is overloaded\\. Please try again later',
  'Resource has been exhausted \\(e\\.g\\. check quota\\)',
  'Resource exhausted\\. Please try again later',
  `Quota exceeded for quota metric '[\\w ]{1,80}' and limit '[\\w ]{1,80}' of service '[\\w.]{1,80}'`,
  `models/${MODEL} is not found for API version \\w{1,10}, or is not supported for \\w{1,40}`,
  `The input token count(?: \\(${NUMBER}\\))? exceeds the maximum number of tokens allowed(?: \\(?${NUMBER}\\)?)?`,
  'User location is not supported for the API use',
  'An internal error has occurred',
  'Internal error encountered',
  'The service is currently unavailable',
  'Deadline expired before operation could complete',
  'Request contains an invalid argument',
  'Cached content model does not match the model in the request',
  'Cannot fetch content from the provided URL',
  "Method doesn't allow unregistered callers",
  'Request aborted when (?:calling|fetching)',
];

const SAFE = new RegExp(`^(?:${KNOWN.join('|')})`);

/** The SDKs' prefixes of the vendor's text: the status, or Google's own words with the URL and the status. */
const BEFORE =
  /^(?:\d{3} |\[GoogleGenerativeAI Error\]: (?:Error fetching from \S{1,500}: (?:\[\d{3} [\w ]{0,40}\] )?)?)/;

/** In our words, where the vendor's may not be recorded. */
const WORDS: Readonly<Record<CallErrorType, string>> = {
  cancelled: 'the application stopped the call',
  timeout: 'no answer came in time',
  quota: 'the quota, the credit or the budget is used up',
  content_filter: 'a content filter refused the request or the answer',
  context_length: 'the request is longer than the model takes',
  overloaded: 'the vendor has no capacity at the moment',
  rate_limit: 'there were too many requests or tokens in too short a time',
  auth: 'the API key is missing or wrong',
  permission: 'the API key may not do this',
  not_found: 'the model or another object does not exist',
  server: 'the vendor failed to answer the request',
  invalid_request: 'the request is invalid',
  connection: 'the connection failed or broke',
  refused: 'llmtrace did not send the request',
  unknown: 'the call failed; the text of the error is not recorded',
};

/** The recordable message among these texts, which are the error's and those of the vendor's answer. */
export function safeMessage(texts: readonly string[], category: CallErrorType): string {
  for (const text of texts) {
    const [known] = SAFE.exec(text.replace(BEFORE, '')) ?? [];
    if (known !== undefined) return withoutSecrets(known);
  }
  return WORDS[category];
}
