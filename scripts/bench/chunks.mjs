/**
 * Measures the overhead of a stream over the bare SDK, in µs of CPU time: for each chunk, and for the rest of the
 * stream.
 */
import { byTurns, over, spread } from './measure.mjs';
import { useContext } from './otel.mjs';
import { copies, once } from './stage.mjs';
import { STREAMS } from './vendors.mjs';

const SHORT = 10;
const LONG = 410;
/**
 * The number of short streams that have as many chunks as one long stream: a block is either. Differences between
 * short blocks vary less.
 */
const BLOCK = LONG / SHORT;
const QUICK = { count: BLOCK, rounds: 6 };
const FULL = { count: BLOCK, rounds: 200, warmUp: 250 };

/** @param key the name of a scene in {@link STREAMS}. */
export async function chunks({ quick, key }) {
  useContext();
  const scene = STREAMS[key];
  const { instrumentation, ...clients } = await copies(key, scene, [SHORT, LONG]);
  const variants = {};
  for (const [name, both] of Object.entries(clients)) {
    for (const [index, client] of both.entries()) {
      // Fewer long streams than short ones, so that all blocks have as many chunks and take about as long.
      const share = index === 0 ? 1 : SHORT / LONG;
      variants[`${name} ${index}`] = {
        run: async (count) => {
          for (let i = 0; i < count * share; i++) await once(scene, client, true);
        },
      };
    }
  }
  const times = await byTurns(variants, quick ? QUICK : FULL);
  instrumentation.disable();
  return { title: scene.title, ...rowOf(times) };
}

/** The row of a scene. `times` are per unit of `byTurns`: a short stream, or `SHORT` chunks of a long one. */
function rowOf(times) {
  const perStream = (name, index) =>
    times[`${name} ${index}`].map((time) => (index ? (time * LONG) / SHORT : time));
  const chunk = (name) =>
    perStream(name, 1).map((long, round) => (long - perStream(name, 0)[round]) / (LONG - SHORT));
  const [bare, floor, ours] = ['bare', 'floor', 'ours'].map(chunk);
  return {
    bare: spread(bare),
    floor: over(floor, bare),
    ours: over(ours, bare),
    difference: over(ours, floor),
    stream: {
      floor: over(perStream('floor', 0), perStream('bare', 0)),
      ours: over(perStream('ours', 0), perStream('bare', 0)),
      ratio:
        over(perStream('ours', 0), perStream('bare', 0)).median /
        over(perStream('floor', 0), perStream('bare', 0)).median,
    },
  };
}
