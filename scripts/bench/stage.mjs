/** Loads the copies of an SDK that one process compares: bare, with the floor's patch, and with llmtrace. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { CALLS as FLOOR, patch } from './floor.mjs';
import { telemetry } from './otel.mjs';

const require = createRequire(import.meta.url);

export function instrument({ instrumentation: [module, name] }, { tracers, meters }) {
  const instrumentation = new (require(module)[name])();
  instrumentation.setTracerProvider(tracers);
  instrumentation.setMeterProvider(meters);
  return instrumentation;
}

/** Patches what the scene names, or has the scene patch all that it needs. */
const patchFloor = (key, scene, sdk, floor, isStream) =>
  scene.patchFloor
    ? scene.patchFloor(sdk, floor)
    : patch(...scene.patch(sdk), FLOOR[scene.floor ?? key], floor, isStream);

/**
 * Loads the copies, makes their clients, and asserts that the floor emits the same telemetry as llmtrace.
 * @param counts for streams: the numbers of chunks, with one client for each.
 */
export async function copies(key, scene, counts) {
  const { vendor, fetch, spans: count = 1 } = scene;
  const spans = { floor: [], ours: [] };
  let keep = true;
  const floor = telemetry((span) => keep && spans.floor.push(span));
  const ours = telemetry((span) => keep && spans.ours.push(span));

  const bareSdk = vendor.copy();
  const floorSdk = vendor.copy();
  patchFloor(key, scene, floorSdk, floor, counts !== undefined);
  // The disabled instrumentation has a separate copy: with a shared one V8 would see promises of two shapes.
  const silent = counts ? undefined : instrument(vendor, ours);
  const disabledSdk = silent && vendor.copy();
  silent?.disable();
  const instrumentation = instrument(vendor, ours);
  const oursSdk = vendor.copy();
  const clients = (from) =>
    counts ? counts.map((count) => vendor.client(from, fetch(count))) : [vendor.client(from, fetch)];
  const all = {
    bare: clients(bareSdk),
    floor: clients(floorSdk),
    ours: clients(oursSdk),
    ...(disabledSdk && { disabled: clients(disabledSdk) }),
  };
  if (scene.prepare) {
    keep = false;
    for (const [client] of Object.values(all)) await scene.prepare(client, scene);
    keep = true;
  }

  for (const [index] of all.bare.entries()) {
    for (const name of ['bare', 'floor', 'ours']) await once(scene, all[name][index], counts !== undefined);
  }
  const expected = counts?.length ?? count;
  assert.equal(spans.ours.length, expected, 'each call, run and tool of ours is one span');
  assert.deepEqual(spans.floor.map(spanOf), spans.ours.map(spanOf), 'the floor makes the same spans');
  assert.deepEqual(await metricsOf(floor), await metricsOf(ours), 'the floor makes the same metrics');
  keep = false;
  spans.floor = spans.ours = [];
  return { ...all, instrumentation };
}

/** Makes one call, and reads its stream. */
export async function once({ vendor, call }, client, isStream) {
  vendor.use?.(client);
  const answer = await call(client);
  let chunks = 0;
  if (isStream) for await (const _chunk of answer) chunks++;
  return chunks;
}

const spanOf = ({ name, kind, attributes, status, events }) => {
  const times = Object.keys(attributes).filter((key) => key.includes('time_to'));
  const fixed = Object.fromEntries(times.map((key) => [key, typeof attributes[key]]));
  return { name, kind, status, events, attributes: { ...attributes, ...fixed } };
};

/** All recorded metrics, without the measured times, which differ from run to run. */
async function metricsOf({ collect }) {
  const { resourceMetrics } = await collect();
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const point = ({ unit }, { attributes, value }) => ({
    attributes: Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)),
    value:
      typeof value === 'number' ? Number(value.toPrecision(12)) : [value.count, unit === 's' || value.sum],
  });
  return metrics
    .map(({ descriptor, dataPoints }) => ({
      name: descriptor.name,
      unit: descriptor.unit,
      points: dataPoints.map((dataPoint) => point(descriptor, dataPoint)),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
