/** Who else traces the same calls: other instrumentations, llmtrace's own twice, and an SDK that traces itself. */
import type { Facts, Finding, SdkCopy, Vendor } from '@llmtrace/core';

export function neighbours({ copies, instrumentations }: Facts, vendors: readonly Vendor[]): Finding[] {
  return vendors.flatMap((vendor) => {
    const { module } = vendor;
    const own = copies.filter((copy) => copy.module === module && copy.methods.size > 0);
    if (own.length === 0) return [];
    const enabled = instrumentations.filter((one) => one.module === module && one.isEnabled());
    return [
      ...(own.some(isShared) ? [others(module)] : []),
      ...(enabled.length > 1 ? [twice(module)] : []),
      ...(vendor.native && own.some((copy) => isNative(copy, vendor)) ? [native(own[0] as SdkCopy)] : []),
    ];
  });
}

/** Whether somebody else has wrapped a method, beneath llmtrace or above. */
const isShared = ({ methods }: SdkCopy): boolean =>
  [...methods.values()]
    .flat()
    .some(
      ({ holder, name, before, patched }) =>
        isWrapper(before) || (holder[name] !== patched && holder[name] !== before),
    );

/** The marks of OpenTelemetry's `shimmer`. */
const isWrapper = (method: unknown): boolean =>
  typeof method === 'function' && ('__wrapped' in method || '__original' in method);

/** The SDK's own helpers that start its spans are there from the version on that traces itself. */
const isNative = ({ methods }: SdkCopy, { native }: Vendor): boolean =>
  native?.helpers.some(({ path, method }) => methods.has(`${path}.${method}`)) ?? false;

const others = (module: string): Finding => ({
  code: 'second-instrumentation',
  what: `another instrumentation has wrapped methods of ${module} too: its calls have two spans`,
  cure: `Remove the other, or take ${module} from LLMTRACE_INSTRUMENTATIONS`,
  lost: false,
});

const twice = (module: string): Finding => ({
  code: 'second-instrumentation',
  what: `llmtrace instruments ${module} twice in this process; the one that came last traces its calls, once`,
  cure: 'Keep one: `--import @llmtrace/auto`, or the instrumentations of your own set-up',
  lost: false,
});

const native = ({ module, version = '' }: SdkCopy): Finding => ({
  code: 'native-tracing',
  what: `${module} ${version} traces itself; its spans are adopted, so a call has one span`.replace(
    '  ',
    ' ',
  ),
  cure: 'Nothing needs to be done; LLMTRACE_NATIVE_SPANS=ours puts spans of llmtrace in their place',
  lost: false,
});
