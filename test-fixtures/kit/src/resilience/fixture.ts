/** A **scene**: one copy of an SDK, a fake vendor, and an instrumentation whose configuration changes. */

import { frozen, within } from '../harness.ts';
import { patchLoaded } from '../loaded.ts';
import type { Sdk } from '../sdks.ts';
import type { VendorServer } from '../server.ts';
import type { InstrumentationUnderTest } from '../suite.ts';
import { createTelemetry, type Telemetry } from '../telemetry.ts';
import type { Ask, CallOptions, ClientOptions, VendorCase } from '../vendor-profile.ts';

export interface ResilienceSubject {
  /** Makes the instrumentation with a configuration. */
  create(config: object): InstrumentationUnderTest;
  /** Whether the SDK itself retries, and numbers its requests. */
  readonly numbered: boolean;
  /** True for `fetch` itself: it has no timeout, and throws the reason of an abort. */
  readonly isFetch?: boolean;
}

/** How a call ended. */
export type Ended = { value: any } | { error: any };

export interface Scene {
  readonly telemetry: Telemetry;
  readonly server: VendorServer;
  /** Runs a function with an instrumentation that has the configuration. */
  with(config: object, run: () => Promise<void>): Promise<void>;
  /** @param maxRetries an option of the client, if the SDK retries; the SDKs' default is 2. */
  call(ask?: Ask, options?: CallOptions & { maxRetries?: number }, maxRetries?: number): any;
  end(call: any): Promise<Ended>;
  /** The number of requests that the vendor got. */
  requests(): number;
}

export function makeScene(
  vendor: VendorCase,
  sdk: Sdk,
  server: VendorServer,
  subject: ResilienceSubject,
): Scene {
  const telemetry = createTelemetry();
  const [family] = vendor.families;
  return {
    telemetry,
    server,
    async with(config, run) {
      server.clear();
      await telemetry.reset();
      const instrumentation = telemetry.install(subject.create(config));
      patchLoaded(instrumentation, sdk);
      try {
        await run();
      } finally {
        instrumentation.disable();
      }
    },
    call(ask = {}, options, maxRetries = 2) {
      const client: ClientOptions = subject.numbered ? { maxRetries } : {};
      return family?.call(
        vendor.client(sdk, server.url, client),
        frozen(family.request(ask)),
        frozen(options),
      );
    },
    async end(call) {
      try {
        return { value: await within('the end of a call', Promise.resolve(call)) };
      } catch (error) {
        return { error };
      }
    },
    requests: () => server.requests.length,
  };
}

/** Reads a stream to its end. Google's older SDK returns the stream next to a promise of the whole answer. */
export async function readAll(answer: any): Promise<void> {
  for await (const _ of answer.stream ?? answer);
}

/** The facts of an error that are the same for two errors of one kind. */
export const kindOf = (error: any): unknown => [
  error?.constructor?.name,
  error?.name,
  error?.status,
  steady(error?.message),
];
const steady = (message: unknown): string =>
  String(message)
    .replace(/:\d+/g, ':port')
    .replace(/models\/[\w.-]+/, 'models/model');
