/**
 * A **troupe** has all that the rows of a vendor need: the fake vendor, the instrumentation under test and its
 * telemetry. The functions run a row and assert its results.
 */
import assert from 'node:assert/strict';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { Observer } from '@llmtrace/core';
import type { PrometheusObserver } from '@llmtrace/prometheus';
import { expectCalls } from './expect.ts';
import { collectGarbage, type Observation, observe, within } from './harness.ts';
import type { Sdk, SdkName } from './sdks.ts';
import type { VendorServer } from './server.ts';
import type { Instrumented, Telemetry } from './telemetry.ts';
import type { Play } from './test-cases.ts';
import type { VendorCase } from './vendor-profile.ts';

/** The instrumentation under test. */
export interface InstrumentationUnderTest extends Instrumented {
  enable(): void;
  disable(): void;
}

export interface Subject {
  /** Makes the instrumentation, with additional observers. */
  create(config: {
    observers: Observer[];
    modelMap: Readonly<Record<string, string>>;
  }): InstrumentationUnderTest;
  /** The module that exports its class: separate processes import it. */
  readonly module: string;
  readonly className: string;
  /** True if it captures message content. */
  readonly capturesContent?: boolean;
}

/** The state that all tests of a vendor share. It is complete once `before` has run. */
export interface Troupe {
  readonly vendor: VendorCase;
  readonly subject: Subject;
  readonly saboteur: Observer;
  readonly prometheus: PrometheusObserver;
  telemetry: Telemetry;
  instrumentation: InstrumentationUnderTest;
  server: VendorServer;
}

/** A copy of the SDK, and the observations of applications without llmtrace. */
export interface Copy {
  readonly sdk: Sdk;
  readonly native: Record<string, Observation>;
}

/** A copy that is not ready yet: its run without llmtrace takes long, and the SDK must load after the hooks. */
export interface ComingCopy {
  readonly name: SdkName;
  /** Loads the SDK, once. */
  load(): Promise<Sdk>;
  /** Runs the application without llmtrace, and loads the SDK, once. */
  ready(): Promise<Copy>;
}

/** Asserts that a play looks the same without llmtrace and with it, and that its telemetry is right. */
export async function perform(troupe: Troupe, copy: Copy, play: Play): Promise<void> {
  const { telemetry, instrumentation } = troupe;
  await telemetry.reset();
  instrumentation.disable();
  try {
    await expectNative(troupe, copy, play);
    assert.equal(telemetry.started(), 0, 'spans of a disabled instrumentation');
    assert.deepEqual(await telemetry.metrics(), [], 'metrics of a disabled instrumentation');
  } finally {
    instrumentation.enable();
  }
  await expectTold(troupe, copy, play);
}

/** Runs a row: the application must see the same as without llmtrace. */
export async function expectNative(
  { server }: Troupe,
  { sdk, native }: Copy,
  play: Play,
  collects = false,
): Promise<Observation> {
  const { row, name } = play;
  const observed = await observe(row, play, sdk, server, collects);
  // If the run without llmtrace failed, its error explains more than a difference to it.
  if (native[name] === undefined || 'error' in native[name])
    assert.fail(`Expected a native run, got ${JSON.stringify(native[name])}`);
  assert.deepEqual(observed.seen, native[name].seen, 'what the application sees');
  assert.deepEqual(observed.requests, native[name].requests, 'what goes over the wire');
  assert.deepEqual(observed.unhandledRejections, native[name].unhandledRejections, 'unhandled rejections');
  return observed;
}

/** Runs a row: the application must see the same as without llmtrace, and the telemetry must have the calls. */
export async function expectTold(troupe: Troupe, copy: Copy, play: Play): Promise<void> {
  const { telemetry, server } = troupe;
  await telemetry.reset();
  const { seen } = await expectNative(troupe, copy, play, true);
  const chunks = seen.filter(([what]) => what === 'chunk').length;
  if (play.row.collected) await collectUntil(telemetry.ended());
  else await within('the end of all spans', telemetry.ended(), 1000).catch(() => {});
  const calls = play.row.calls(play);
  try {
    if (calls === 'unknown') assert.equal(telemetry.spans().length, telemetry.started(), 'spans that end');
    else await expectCalls(telemetry, calls, play, server.url, chunks, troupe.subject.capturesContent);
    await expectNoneActive(troupe);
  } finally {
    // An open call must end now: within the next row it would be counted there.
    await collectUntil(telemetry.ended());
  }
}

/** What prom-client's registries have. */
type SingleMetrics = PrometheusObserver['register'] & {
  getSingleMetricAsString(name: string): Promise<string>;
};

/** Asserts that Prometheus' gauge of open calls is back at 0. */
async function expectNoneActive({ prometheus }: Troupe): Promise<void> {
  // All metrics together are a text that grows with each row.
  const register = prometheus.register as SingleMetrics;
  const text = await register.getSingleMetricAsString('llmtrace_active_requests');
  const active = text.split('\n').filter((line) => line.startsWith('llmtrace_active_requests{'));
  assert.deepEqual(
    active.filter((line) => !line.endsWith(' 0')),
    [],
    'active requests',
  );
}

/** Collects garbage until a promise resolves, a limited number of times. */
async function collectUntil(happens: Promise<void>): Promise<void> {
  let happened = false;
  void happens.then(() => {
    happened = true;
  });
  await turn(); // collecting is slow: skip it if the condition is already true
  for (let round = 0; round < 50 && !happened; round++) {
    await collectGarbage();
    // A finalizer may have aborted a request, whose end takes some turns: less than another collection.
    await Promise.race([happens, wait(10)]);
  }
}
