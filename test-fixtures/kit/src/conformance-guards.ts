/** Tests that need more than one row: failing telemetry, contexts, and several copies at once. */
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Observer } from '@llmtrace/core';
import { context, type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import { AlwaysOffSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { CALLER } from './harness.ts';
import type { Sdk } from './sdks.ts';
import { type ComingCopy, type Copy, expectNative, expectTold, type Troupe } from './suite.ts';
import { recordDiag } from './telemetry.ts';
import { type Play, playsOf } from './test-cases.ts';

/** The play of a row with the first family. */
function playOf({ vendor }: Troupe, { sdk }: Copy, row: string): Play {
  const play = playsOf(vendor, sdk).plays.find(
    (candidate) => candidate.family === vendor.families[0] && candidate.row.name === row,
  );
  if (!play) throw new Error(`Expected ${vendor.name} to have the row "${row}".`);
  return play;
}

const STEPS: readonly (readonly [step: keyof Observer, row: string])[] = [
  ['start', 'create'],
  ['end', 'create'],
  ['start', 'a stream to its end'],
  ['chunk', 'a stream to its end'],
  ['end', 'a stream to its end'],
  ['end', '401'],
];

/** llmtrace reports a cause only once in a process: each test has a separate one. */
let causes = 0;

export function describeGuards(troupe: Troupe, copies: readonly ComingCopy[]): void {
  for (const { name, ready } of copies) {
    describe(`guards of ${name.set} as ${name.format}`, () => {
      for (const [step, row] of STEPS) {
        it(`an observer that throws at the ${step} costs one line of diag: ${row}`, async () =>
          sabotaged(troupe, await ready(), step, row));
      }
      it('a tracer that throws changes nothing for the application', async () =>
        untraceable(troupe, await ready()));
      it('requests are sent in the context of their span', async () => inContext(troupe, await ready()));
      it('metrics do not depend on sampling', async () => unsampled(troupe, await ready()));
    });
  }
}

export function describeTogether(troupe: Troupe, copies: readonly ComingCopy[]): void {
  it('are traced apart in one process, and disabled together', async () =>
    together(troupe, await Promise.all(copies.map(({ load }) => load()))));
}

async function sabotaged(troupe: Troupe, copy: Copy, step: keyof Observer, row: string): Promise<void> {
  const { saboteur } = troupe;
  const recorder = recordDiag();
  const cause = `sabotage ${++causes} of ${step} in ${row}`;
  saboteur[step] = () => {
    throw new Error(cause);
  };
  try {
    await expectTold(troupe, copy, playOf(troupe, copy, row));
  } finally {
    delete saboteur[step];
    recorder.stop();
  }
  assert.equal(recorder.lines.length, 1, `lines: ${JSON.stringify(recorder.lines)}`);
  assert.ok(recorder.lines[0]?.text.includes(cause), recorder.lines[0]?.text);
}

async function untraceable(troupe: Troupe, copy: Copy): Promise<void> {
  const { telemetry, instrumentation } = troupe;
  const recorder = recordDiag();
  const cause = `no span ${++causes}`;
  const startSpan = () => {
    throw new Error(cause);
  };
  const tracer = { startSpan, startActiveSpan: startSpan } as unknown as Tracer;
  const provider: TracerProvider = { getTracer: () => tracer };
  try {
    instrumentation.setTracerProvider(provider);
    for (const row of ['create', 'a stream to its end', '401']) {
      await expectNative(troupe, copy, playOf(troupe, copy, row));
    }
  } finally {
    telemetry.install(instrumentation);
    recorder.stop();
  }
  assert.equal(recorder.lines.length, 1, `lines: ${JSON.stringify(recorder.lines)}`);
}

/** The channels on which undici and `node:http` publish a request before they send it. */
const CHANNELS = ['undici:request:create', 'http.client.request.start'];

async function inContext(troupe: Troupe, copy: Copy): Promise<void> {
  const { telemetry, instrumentation } = troupe;
  const active: (string | undefined)[] = [];
  const listener = () => void active.push(trace.getSpan(context.active())?.spanContext().spanId);
  for (const channel of CHANNELS) subscribe(channel, listener);
  try {
    await expectTold(troupe, copy, playOf(troupe, copy, 'create'));
    await telemetry.reset();
    await expectNative(troupe, copy, playOf(troupe, copy, 'create'));
    const [span] = telemetry.spans();
    instrumentation.disable();
    await expectNative(troupe, copy, playOf(troupe, copy, 'create'));
    assert.deepEqual(active.slice(1), [span?.spanContext().spanId, CALLER.spanId]);
  } finally {
    instrumentation.enable();
    for (const channel of CHANNELS) unsubscribe(channel, listener);
  }
}

/** Plays rows with a tracer that samples no span. */
async function unsampled(troupe: Troupe, copy: Copy): Promise<void> {
  const { telemetry, instrumentation } = troupe;
  await telemetry.reset();
  try {
    instrumentation.setTracerProvider(new BasicTracerProvider({ sampler: new AlwaysOffSampler() }));
    await expectNative(troupe, copy, playOf(troupe, copy, 'create'));
    await expectNative(troupe, copy, playOf(troupe, copy, '401'));
  } finally {
    instrumentation.setTracerProvider(telemetry.tracerProvider);
  }
  const points = await telemetry.metrics();
  const durations = points.filter(({ name }) => name === 'gen_ai.client.operation.duration');
  assert.equal(
    durations.reduce((sum, { count = 0 }) => sum + count, 0),
    2,
  );
}

async function together(
  { vendor, telemetry, instrumentation, server }: Troupe,
  sdks: readonly Sdk[],
): Promise<void> {
  const [family] = vendor.families;
  if (!family) return;
  const callAll = () =>
    Promise.all(
      sdks.map((sdk) => family.call(vendor.client(sdk, server.url, {}), family.request({}), undefined)),
    );
  const prototypes = sdks.map((sdk) =>
    Object.getPrototypeOf(family.target(vendor.client(sdk, server.url, {})).owner),
  );
  const builds = new Set(sdks.map(({ set, format }) => (vendor.isCommonJs ? set : `${set} ${format}`)));
  assert.equal(new Set(prototypes).size, builds.size, 'classes of their own');
  await telemetry.reset();
  await callAll();
  assert.equal(telemetry.spans().length, sdks.length, 'spans while enabled');
  assert.equal(telemetry.started(), sdks.length, 'spans started while enabled');
  instrumentation.disable();
  try {
    await callAll();
    assert.equal(telemetry.started(), sdks.length, 'spans started once disabled');
  } finally {
    instrumentation.enable();
  }
  await callAll();
  assert.equal(telemetry.spans().length, 2 * sdks.length, 'spans once enabled again');
}
