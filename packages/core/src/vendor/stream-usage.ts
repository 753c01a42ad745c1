/**
 * Whether the usage of a stream is to be asked for on behalf of the application. What that adds is kept from the
 * application, so it must not be what the host would have sent anyway, and one cannot be told from the other in the
 * stream itself. OpenAI's own hosts send nothing unasked; of any other, the first stream is left as it is, and shows it.
 */
import type { Call } from '../model/call.ts';

const ASKED_ONLY = /^(?:[\w-]+\.)?(?:api\.openai\.com|openai\.azure\.com)$/;

/** Hosts that document `stream_options.include_usage`. Azure OpenAI takes it with some versions of its API only. */
const TAKES_OPTION =
  /^(?:(?:[\w-]+\.)?api\.openai\.com|api\.groq\.com|api\.deepseek\.com|dashscope(?:-[a-z]+)?\.aliyuncs\.com)$/;
const MAX_HOSTS = 1000;

/** By host: whether it sends the usage unasked. */
const hosts = new Map<string, boolean>();

const hostOf = ({ server }: Call): string => `${server?.address ?? ''}:${server?.port ?? ''}`;

/** Undefined where it takes one stream more to know. */
export const sendsUsageUnasked = (call: Call): boolean | undefined =>
  ASKED_ONLY.test(call.server?.address ?? '') ? false : hosts.get(hostOf(call));

/** True where the host is known to take the option, so that asking cannot make a request fail. */
export const takesUsageOption = ({ server }: Call): boolean => TAKES_OPTION.test(server?.address ?? '');

/** Learns from a stream that came to its end, for which nothing was asked. */
export function learnUsage(call: Call): void {
  const isFull = hosts.size >= MAX_HOSTS;
  if (!isFull) hosts.set(hostOf(call), call.response.usage !== undefined);
}
