/**
 * Disables the SDK's retries while llmtrace retries. A number of retries that the application has set applies to
 * llmtrace.
 */

import { copyWith } from '../../platform/copy-with.ts';
import type { OpenCall } from '../open-call.ts';
import { repeatsBeneath } from './watch.ts';

/** The default of OpenAI's and Anthropic's clients. */
const SDK_DEFAULT = 2;

interface Options {
  readonly maxRetries?: unknown;
}

/**
 * The arguments with which the SDK leaves retries to llmtrace; they are copied, never changed. Where the application
 * has set the SDK's own retries up, or the SDK needs them for other ends, they are as they were, and llmtrace does
 * not retry the call.
 */
export function takeRetries(live: OpenCall, self: unknown, args: unknown[]): unknown[] {
  const taken = repeatsBeneath(live.client) ? fromOptions(live, args) : fromEndpoint(live, self, args);
  if (!taken) live.call.maxRetries = 0;
  return taken ?? args;
}

const fromEndpoint = ({ endpoint }: OpenCall, self: unknown, args: unknown[]): unknown[] | undefined =>
  endpoint.withoutRetries ? endpoint.withoutRetries(args, self) : args;

function fromOptions({ call, client, engine }: OpenCall, args: unknown[]): unknown[] | undefined {
  const [body, options, ...rest] = args as [unknown, Options | null | undefined, ...unknown[]];
  const limit = options?.maxRetries ?? limitOf(client);
  // A promise of options cannot be copied; of a wrong number it is for the SDK to complain.
  const isUsable = limit === undefined || (Number.isSafeInteger(limit) && (limit as number) >= 0);
  const isPromise = typeof (options as Partial<PromiseLike<unknown>> | undefined)?.then === 'function';
  if (!isUsable || isPromise || engine.vendor.keepsRetries?.(client)) return undefined;
  call.maxRetries = limit as number | undefined;
  return [body, copyWith(options as Options, { maxRetries: 0 }), ...rest];
}

/** The application's own setting of its client; a value equal to the default counts as not set. */
function limitOf(client: unknown): unknown {
  const { maxRetries } = client as Options;
  return maxRetries === SDK_DEFAULT ? undefined : maxRetries;
}
