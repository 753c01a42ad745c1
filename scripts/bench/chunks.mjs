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
/** A block is one long stream, or the short ones with as many chunks: the shorter a block, the steadier is a difference. */
const BLOCK = LONG / SHORT;
const QUICK = { count: BLOCK, rounds: 6 };
const FULL = { count: BLOCK, rounds: 200, warmUp: 250 };

/** @param key the scene. */
export async function chunks({ quick, key }) {
  useContext();
  const scene = STREAMS[key];
  const { instrumentation, ...clients } = await copies(key, scene, [SHORT, LONG]);
  const variants = {};
  for (const [name, both] of Object.entries(clients)) {
    for (const [index, client] of both.entries()) {
      // As many streams' worth of chunks a block, so that blocks take about as long.
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

/** A unit of the long streams is `SHORT` chunks of one. */
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
