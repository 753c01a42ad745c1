/**
 * Measures the overhead of the run of an agent, in µs of CPU time over the bare SDK: `runTools()` of `openai`, with ten model
 * calls and ten tools. The floor makes the same spans and metrics by hand.
 */
import assert from 'node:assert/strict';
import { CALLS as FLOOR, patch } from './floor.mjs';
import { patchRun } from './floor-agents.mjs';
import { byTurns, over, spread } from './measure.mjs';
import { telemetry, useContext } from './otel.mjs';
import { instrument, metricsOf, spanOf } from './stage.mjs';
import { AGENT } from './vendors.mjs';

const REASONS = { tool_calls: 'tool_call' };
const CHAT = {
  ...FLOOR.chat,
  whole(data) {
    const seen = FLOOR.chat.whole(data);
    return { ...seen, reason: REASONS[seen.reason] ?? seen.reason };
  },
};

const QUICK = { count: 5, rounds: 3 };
const FULL = { count: 20, rounds: 40, warmUp: 60 };

export async function agents({ quick }) {
  useContext();
  const { vendor, fetch, run } = AGENT;
  const spans = { floor: [], ours: [] };
  let keep = true;
  const floor = telemetry((span) => keep && spans.floor.push(span));
  const ours = telemetry((span) => keep && spans.ours.push(span));
  const bareSdk = vendor.copy();
  const floorSdk = vendor.copy();
  const { prototype } = floorSdk.OpenAI.Chat.Completions;
  patch(prototype, 'create', CHAT, floor, false);
  patchRun(prototype, floor);
  const instrumentation = instrument(vendor, ours);
  const oursSdk = vendor.copy();
  const clients = Object.fromEntries(
    Object.entries({ bare: bareSdk, floor: floorSdk, ours: oursSdk }).map(([name, sdk]) => [
      name,
      vendor.client(sdk, fetch),
    ]),
  );
  for (const client of Object.values(clients)) assert.equal(await run(client), 'An answer.');
  assert.equal(spans.ours.length, 21, 'the run, its ten calls and its ten tools have a span each');
  assert.deepEqual(spans.floor.map(spanOf), spans.ours.map(spanOf), 'the floor makes the same spans');
  assert.deepEqual(await metricsOf(floor), await metricsOf(ours), 'the floor makes the same metrics');
  keep = false;
  const variants = Object.fromEntries(
    Object.entries(clients).map(([name, client]) => [
      name,
      {
        run: async (count) => {
          for (let i = 0; i < count; i++) await run(client);
        },
      },
    ]),
  );
  const times = await byTurns(variants, quick ? QUICK : FULL);
  instrumentation.disable();
  const floorOver = over(times.floor, times.bare);
  const oursOver = over(times.ours, times.bare);
  return {
    bare: spread(times.bare),
    floor: floorOver,
    ours: oursOver,
    ratio: oursOver.median / floorOver.median,
  };
}
