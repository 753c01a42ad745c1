/** Requests that are left to others: to an SDK's own instrumentation, and to another copy of this one. */
import { facts, sharedInProcess } from '@llmtrace/core/internal';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Header } from './clients/reading.ts';

/**
 * Whether a request belongs to an SDK that has an instrumentation: one that is switched off, so that its calls are
 * not wanted; or one with an open call, in a process that cannot assign requests to calls.
 */
export function isLeftToSdk(url: URL, header: Header): boolean {
  const [sdk] = sdksOf(url, header);
  if (!sdk) return false;
  const { instrumentations, underWay } = facts();
  const known = instrumentations.filter(({ module }) => module === sdk.module);
  if (known.length > 0 && !known.some((one) => one.isEnabled())) return true;
  return !hasContexts() && underWay.some((isUnderWay) => isUnderWay(sdk.module));
}

/** Whether a request has the headers and the path of a vendor's SDK, and no other client's. */
export const isOfSdk = (url: URL, header: Header): boolean =>
  sdksOf(url, header).some(({ provenBy }) => provenBy === undefined || header(provenBy) !== undefined);

/** By its headers alone, a request of groq-sdk is one of Anthropic's SDK: the same generator has made both, and many others. */
const sdksOf = ({ pathname, search }: URL, header: Header) =>
  facts().watched.filter(
    ({ sentBy, paths }) => paths.test(pathname + search) && sentBy(header) !== undefined,
  );

/** Whether OpenTelemetry carries contexts in this process. */
function hasContexts(): boolean {
  const probe = ROOT_CONTEXT.setValue(PROBE, true);
  return context.with(probe, () => context.active().getValue(PROBE) === true);
}

const PROBE = Symbol('probe');

const CLAIMED = Symbol.for('llmtrace.requests');

/** Claims a request, for this instrumentation among all that there may be. @returns false where another one has it. */
export function claimRequest(request: object): boolean {
  const claimed = sharedInProcess(CLAIMED, () => new WeakSet<object>());
  if (claimed.has(request)) return false;
  claimed.add(request);
  return true;
}
