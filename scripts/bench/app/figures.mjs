/** Figures out of what was measured: medians, and ratios to the bare application of the same round. */
import { LONG, SHORT } from './scenes.mjs';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return (sorted[Math.floor(at)] + sorted[Math.ceil(at)]) / 2;
}

const all = (scene, key) => scene.map((sample) => sample[key]);
const ratio = (scene, bare, key) => median(scene.map((sample, round) => sample[key] / bare[round][key]));
const over = (scene, bare, key) => median(scene.map((sample, round) => sample[key] - bare[round][key]));

/** The CPU time of a chunk in µs, in each round. */
const chunks = (found) =>
  found['long streams, 100'].map(
    ({ cpu }, round) => (cpu - found['short streams, 100'][round].cpu) / (LONG - SHORT),
  );

/** Of one variant, beside the bare application. CPU times are in µs, memory in MiB, delays in ms. */
export function figuresOf(found, bare) {
  const [chunkTimes, bareTimes] = [chunks(found), chunks(bare)];
  const figures = {
    start: found.start.cpu / bare.start.cpu,
    startMemory: (found.start.rss - bare.start.rss) / 2 ** 20,
    chunkOver: median(chunkTimes.map((time, round) => time - bareTimes[round])),
    chunkRatio: 1 + median(chunkTimes.map((time, round) => time - bareTimes[round])) / median(bareTimes),
    bytes: found.bytes,
    spans: found.spans,
    failed: Object.values(found)
      .flat()
      .reduce((sum, { failed = 0 } = {}) => sum + failed, 0),
    scenes: {},
  };
  for (const [scene, rounds] of Object.entries(found)) {
    if (!Array.isArray(rounds)) continue;
    const other = bare[scene];
    figures.scenes[scene] = {
      cpu: median(all(rounds, 'cpu')),
      cpuRatio: ratio(rounds, other, 'cpu'),
      perSecond: median(all(rounds, 'perSecond')),
      perSecondRatio: ratio(rounds, other, 'perSecond'),
      rss: median(all(rounds, 'rss')) / 2 ** 20,
      rssRatio: ratio(rounds, other, 'rss'),
      ...(rounds[0].p99 === undefined
        ? {}
        : { p50Over: over(rounds, other, 'p50'), p99Over: over(rounds, other, 'p99') }),
    };
  }
  return figures;
}

/** What the gate compares: the CPU time of each scene beside the bare application. */
export const ratiosOf = (found, bare) =>
  Object.fromEntries(
    Object.keys(found).flatMap((scene) =>
      Array.isArray(found[scene]) ? [[scene, ratio(found[scene], bare[scene], 'cpu')]] : [],
    ),
  );
