/** What a plain call costs over the bare SDK, in µs of CPU time, beside the floor. */
import { byTurns, over, spread } from './measure.mjs';
import { useContext } from './otel.mjs';
import { copies, once } from './stage.mjs';
import { CALLS } from './vendors.mjs';

export async function calls({ quick, only }) {
  useContext();
  const rows = {};
  for (const [key, scene] of Object.entries(CALLS)) {
    if (only && !only.includes(key)) continue;
    rows[key] = { title: scene.title, ...(await measure(key, scene, quick)) };
  }
  return rows;
}

async function measure(key, scene, quick) {
  const { bare, floor, ours, disabled, instrumentation } = await copies(key, scene);
  const run =
    ([client]) =>
    async (count) => {
      for (let i = 0; i < count; i++) await once(client, scene.call, false);
    };
  const variants = {
    bare: { run: run(bare) },
    floor: { run: run(floor) },
    ours: { run: run(ours) },
    disabled: { run: run(disabled) },
  };
  const times = await byTurns(variants, quick ? { count: 50, rounds: 3 } : { count: 200, rounds: 80 });
  instrumentation.disable();
  const floorOver = over(times.floor, times.bare);
  const oursOver = over(times.ours, times.bare);
  return {
    bare: spread(times.bare),
    floor: floorOver,
    ours: oursOver,
    disabled: over(times.disabled, times.bare),
    ratio: oursOver.median / floorOver.median,
    difference: over(times.ours, times.floor),
  };
}
