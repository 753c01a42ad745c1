/** Models, which Mastra wraps in a class for each version of their interface. */
import { type FunctionPoint, fields, type PatchedCall } from '@llmtrace/core';

/** Their requests are traced by the instrumentations of HTTP clients and of SDKs. */
const askModel = ({ operations, original, args }: PatchedCall): unknown =>
  operations.askUnseen(() => original(...args), isSentNowhere);

/** A model that sends a request says so in its answer; so does one that answers from a cache. */
function isSentNowhere(answer: unknown): boolean {
  const { request, response } = fields(answer);
  return fields(request).body === undefined && fields(response).headers === undefined;
}

const CLASSES = ['AISDKV5LanguageModel', 'AISDKV6LanguageModel', 'AISDKV7LanguageModel'];

export const modelPoints = (files: RegExp): FunctionPoint[] =>
  CLASSES.flatMap((className) =>
    ['doGenerate', 'doStream'].map((name) => ({ files, className, name, isAlways: true, around: askModel })),
  );
