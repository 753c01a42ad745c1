/** Measures the overhead of a plain call, in µs of CPU time over the bare SDK: of llmtrace and of the floor. */
import { byTurns, over, spread } from './measure.mjs';
import { useContext } from './otel.mjs';
import { copies, once } from './stage.mjs';
import { CALLS } from './vendors.mjs';

const QUICK = { count: 50, rounds: 3 };
/** V8 optimizes the code during the first 10,000 calls or so of each variant: hence 60 rounds of warm-up. */
const FULL = { count: 200, rounds: 40, warmUp: 60 };

/** @param key the name of a scene in {@link CALLS}. */
export async function calls({ quick, key }) {
  useContext();
  const scene = CALLS[key];
  const { bare, floor, ours, disabled, instrumentation } = await copies(key, scene);
  const run =
    ([client]) =>
    async (count) => {
      for (let i = 0; i < count; i++) await once(scene, client, false);
    };
  const variants = {
    bare: { run: run(bare) },
    floor: { run: run(floor) },
    ours: { run: run(ours) },
    disabled: { run: run(disabled) },
  };
  const times = await byTurns(variants, quick ? QUICK : FULL);
  instrumentation.disable();
  const floorOver = over(times.floor, times.bare);
  const oursOver = over(times.ours, times.bare);
  return {
    title: scene.title,
    bare: spread(times.bare),
    floor: floorOver,
    ours: oursOver,
    disabled: over(times.disabled, times.bare),
    ratio: oursOver.median / floorOver.median,
    difference: over(times.ours, times.floor),
  };
}
