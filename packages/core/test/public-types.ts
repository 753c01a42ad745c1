/** The public types of `@llmtrace/core`, as users write them. It is compiled by `npm run check`, never run. */
import type {
  BudgetOptions,
  Call,
  Interceptor,
  LlmTraceConfig,
  Observer,
  RateLimitOptions,
  RetryOptions,
} from '@llmtrace/core';
import { classifyError, LlmTraceError, setPrice, TokenBucket, type validateConfig } from '@llmtrace/core';

/** Compiles where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isTrue = <T extends true>(): T | undefined => undefined;

// Options: right ones compile, and wrong ones do not.
export const config: LlmTraceConfig = {
  retry: true,
  rateLimit: [
    { rate: 5, key: (call) => call.provider },
    { tokensPerMinute: 1000, estimate: () => 5 },
  ],
  budget: { usd: 1, window: 'day', key: 'baggage:tenant' },
  content: { capture: 'SPAN_ONLY', redact: ['keys', (text: string) => text] },
  log: 'json',
};
// @ts-expect-error an unknown option
export const unknown: LlmTraceConfig = { retries: true };
// @ts-expect-error a value that is none of the choices
export const choice: LlmTraceConfig = { semconv: 'newest' };
// @ts-expect-error a text where a number is wanted
export const text: RetryOptions = { maxRetries: '3' };
// @ts-expect-error an unknown window
export const budget: BudgetOptions = { usd: 1, window: 'year' };
// @ts-expect-error an unknown mode
export const limit: RateLimitOptions = { rate: 1, mode: 'drop' };

// An observer reads a call, and never writes it.
export const observer: Observer = {
  end(call) {
    isTrue<Same<typeof call.outcome, 'completed' | 'failed' | 'cancelled' | 'abandoned' | undefined>>();
    isTrue<Same<NonNullable<typeof call.cost>['total'], number>>();
    // @ts-expect-error it is read-only
    call.outcome = 'failed';
  },
};

// An interceptor returns what `next` does.
export const interceptor: Interceptor = async (call, next) => {
  isTrue<Same<typeof call.request.model, string | undefined>>();
  return next();
};
// @ts-expect-error an interceptor must be a function
export const swallowing: Interceptor = 'no';

isTrue<Same<ReturnType<typeof validateConfig>, LlmTraceConfig>>();
isTrue<Same<Call['attempts'], number>>();
export const category: string = classifyError(new Error('x')).type;
export const isOurs = (error: unknown): boolean => error instanceof LlmTraceError;
export const price = (): void => setPrice('model', { inputPer1M: 1, outputPer1M: 2 });
// @ts-expect-error a price is a number
export const noPrice = (): void => setPrice('model', { inputPer1M: '1' });
export const bucket = new TokenBucket({ rate: 1, burst: 1 });
