/** Records the work of instrumentations for the doctor and for other copies of llmtrace. */

import { originalOf } from '../patching/claim.ts';
import { facts, type KnownInstrumentation, type SdkCopy } from '../platform/process-state.ts';
import type { PatchPoint, Vendor } from '../vendor/vendor.ts';
import { note } from './findings.ts';
import { watchRequests } from './untraced-requests.ts';

/**
 * Makes an instrumentation known.
 * @param isUnderWay whether calls are open, of this copy of the engine; where it is passed, requests that pass the
 * instrumentation by are looked for.
 */
export function noteInstrumentation(
  instrumentation: Omit<KnownInstrumentation, 'module' | 'tracesAnyClient' | 'self'>,
  vendor: Vendor,
  isUnderWay: ((module?: string) => boolean) | undefined,
): void {
  const { module, requests, tracesAnyClient = false } = vendor;
  const { instrumentations, underWay } = facts();
  instrumentations.push({
    module,
    tracesAnyClient,
    self: instrumentation,
    isEnabled: () => instrumentation.isEnabled(),
    instrumentClient: (client) => instrumentation.instrumentClient(client),
    instrumentModule: (exports) => instrumentation.instrumentModule(exports),
  });
  if (!isUnderWay) return;
  if (!underWay.includes(isUnderWay)) underWay.push(isUnderWay);
  if (requests || tracesAnyClient) watchRequests(vendor);
}

/** Records a patched method with the data to check whether it is still patched. */
export function notePatched({ methods }: SdkCopy, point: PatchPoint, prototype: object): void {
  const holder = prototype as Readonly<Record<string, unknown>>;
  const { method: name } = point;
  const all = methods.get(nameOf(point)) ?? [];
  methods.set(nameOf(point), all);
  if (point.getter !== undefined || all.some((known) => known.holder === holder)) return;
  all.push({ holder, name, before: originalOf(holder, name), patched: holder[name] });
}

/** Reports the methods that a copy of an SDK lacks. */
export function noteMissing(
  { module, version = '(unknown version)' }: SdkCopy,
  missing: readonly PatchPoint[],
): void {
  if (missing.length === 0) return;
  note(
    {
      code: 'unknown-shape',
      message: `${module} ${version} is not traced wholly: it has no ${missing.map(nameOf).join(', ')}`,
      cure: `Look for a newer llmtrace, or use a version of ${module} that README.md names`,
      lost: true,
    },
    true,
  );
}

const nameOf = ({ path, getter, method }: PatchPoint): string =>
  [path, getter, method].filter(Boolean).join('.');
