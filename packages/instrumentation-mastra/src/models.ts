/** Models, which Mastra wraps in a class for each version of their interface. */
import { fields, type PatchedCall } from '@llmtrace/core';

/** Their requests are traced by the instrumentations of HTTP clients and of SDKs. */
export const askModel = ({ operations, original, args }: PatchedCall): unknown =>
  operations.askUnseen(() => original(...args), isSentNowhere);

/** A model that sends a request says so in its answer; so does one that answers from a cache. */
function isSentNowhere(answer: unknown): boolean {
  const { request, response } = fields(answer);
  return fields(request).body === undefined && fields(response).headers === undefined;
}
