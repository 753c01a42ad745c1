/**
 * Decides whether llmtrace requests the usage of a stream. The application must not get the chunk that the request adds, but
 * it must get a chunk that the host sends anyway, and the two look alike. OpenAI's own hosts send usage only on request.
 * For any other host, llmtrace leaves the first stream as it is and sees there what the host sends.
 */
import type { Call } from '../model/call.ts';

const ASKED_ONLY = /^(?:[\w-]+\.)?(?:api\.openai\.com|openai\.azure\.com)$/;

/** Hosts that document `stream_options.include_usage`. Azure OpenAI takes it with some versions of its API only. */
const TAKES_OPTION =
  /^(?:(?:[\w-]+\.)?api\.openai\.com|api\.groq\.com|api\.deepseek\.com|dashscope(?:-[a-z]+)?\.aliyuncs\.com)$/;
const MAX_HOSTS = 1000;

/** Whether each host sends the usage without a request. */
const hosts = new Map<string, boolean>();

const hostOf = ({ server }: Call): string => `${server?.address ?? ''}:${server?.port ?? ''}`;

/** Whether the host sends the usage without a request; undefined until its first stream has ended. */
export const sendsUsageUnasked = (call: Call): boolean | undefined =>
  ASKED_ONLY.test(call.server?.address ?? '') ? false : hosts.get(hostOf(call));

/** True if the host is known to accept the option, so that it cannot make a request fail. */
export const takesUsageOption = ({ server }: Call): boolean => TAKES_OPTION.test(server?.address ?? '');

/** Records whether a complete stream had a usage, if llmtrace did not request one. */
export function learnUsage(call: Call): void {
  const isFull = hosts.size >= MAX_HOSTS;
  if (!isFull) hosts.set(hostOf(call), call.response.usage !== undefined);
}
