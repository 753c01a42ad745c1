/** A long run of mixed traffic, with a collector that is up and down by turns. */
import {
  AUTO,
  appOf,
  exportTo,
  headOf,
  lastJson,
  round,
  run,
  startCollector,
  startVendor,
  table,
  warningsOf,
} from './rig.mjs';

const TURNS = ['healthy', '503', 'healthy', 'hung', 'healthy', '401', 'slow', 'healthy'];

export async function measure({ quick, minutes }) {
  const vendor = await startVendor();
  const collector = await startCollector();
  const duration = quick ? 15_000 : minutes * 60_000;
  // All turns once in 80 % of the time, or every 80 s; then it is up to the end.
  const each = Math.min((duration * 0.8) / TURNS.length, 10_000);
  const until = performance.now() + duration * 0.8;
  let turn = 0;
  const turning = setInterval(() => {
    collector.turn(performance.now() < until ? TURNS[turn++ % TURNS.length] : 'healthy');
  }, each);
  const result = await run(appOf('mixed.mjs'), {
    flags: ['--expose-gc', ...AUTO],
    args: [duration],
    timeout: duration + 120_000,
    env: {
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      ...exportTo(collector.url),
      OTEL_EXPORTER_OTLP_TIMEOUT: '3000',
      OTEL_METRIC_EXPORT_INTERVAL: '5000',
      LLMTRACE_EXIT_TIMEOUT_MS: '20000',
    },
  });
  clearInterval(turning);
  collector.close();
  vendor.close();
  const { made, samples } = lastJson(result);
  return {
    ...{ duration, made, samples, code: result.code, peak: result.peak },
    ...{
      arrived: collector.ids.size,
      counted: collector.state.dropped.traces ?? 0,
      open: collector.state.open,
      said: warningsOf(result.stderr),
    },
  };
}

/** A span whose export had no answer may have arrived and be counted as lost, so more may be known than were made. */
export const problems = ({ code, made, arrived, counted, open }) => [
  ...(code === 0 ? [] : [`exit ${code}`]),
  ...(arrived + counted >= made
    ? []
    : [`${made} calls made, ${arrived} arrived, ${counted} counted as lost`]),
  ...(open === 0 ? [] : [`${open} calls open at the end`]),
];

const mib = (bytes) => `${round(bytes / 2 ** 20, 1)} MiB`;

export const report = ({ duration, made, arrived, counted, open, samples, peak, said }) => {
  const early = samples[Math.floor(samples.length / 5)];
  const late = samples.at(-1);
  return table(
    ['', ''],
    [
      ['minutes', round(duration / 60_000, 1)],
      ['calls made', made],
      ['spans arrived', arrived],
      ['spans counted as lost by `llmtrace.export.dropped`', counted],
      ['neither', Math.max(0, made - arrived - counted)],
      ['calls that are open at the end, by `llmtrace.client.active_requests`', open],
      [
        'resident memory after 20 %, and at the end',
        `${mib(early.rss)}, ${mib(late.rss)}; at most ${round(peak)} MiB`,
      ],
      ['heap after 20 %, and at the end', `${mib(early.heapUsed)}, ${mib(late.heapUsed)}`],
      ['stderr', said.map(headOf).join('; ')],
    ],
  );
};
