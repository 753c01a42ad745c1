/** Collectors × content × memory. */
import {
  AUTO,
  appOf,
  exportTo,
  headOf,
  lastJson,
  mapped,
  round,
  run,
  startCollector,
  startVendor,
  table,
  warningsOf,
} from './rig.mjs';

const MODES = ['healthy', 'slow', 'refusing', 'hung', '503', '401'];
const CONTENTS = [
  { title: 'none', calls: 6000, size: 20, env: {} },
  { title: 'prompts of 100 KB', calls: 600, size: 100_000, env: capture() },
  { title: 'prompts of 1 MB', calls: 90, size: 1_000_000, env: capture() },
];

function capture() {
  return { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_ONLY' };
}

export async function measure({ quick, jobs }) {
  const vendor = await startVendor();
  const share = quick ? 10 : 1;
  const env = { OPENAI_BASE_URL: `${vendor.url}/v1` };
  const argsOf = ({ calls, size }) => [calls / share, size];
  const bare = new Map();
  for (const content of CONTENTS)
    bare.set(content, await run(appOf('load.mjs'), { args: argsOf(content), env }));
  const cells = CONTENTS.flatMap((content) => MODES.map((mode) => ({ content, mode })));
  const rowOf = async ({ content, mode }) => {
    const collector = await startCollector(mode === 'refusing' ? 'healthy' : mode);
    if (mode === 'refusing') collector.close();
    const result = await run(appOf('load.mjs'), {
      flags: AUTO,
      args: argsOf(content),
      env: { ...env, ...content.env, ...exportTo(collector.url) },
    });
    collector.close();
    return {
      ...{ content: content.title, mode, code: result.code, made: lastJson(result).made },
      ...{ arrived: collector.ids.size, peak: result.peak, bare: bare.get(content).peak },
      said: warningsOf(result.stderr),
      // Beyond the time that the same takes bare.
      ms: result.ms - bare.get(content).ms,
    };
  };
  const rows = await mapped(cells, rowOf, jobs);
  vendor.close();
  return { rows };
}

const isSaid = ({ made, arrived, said }) => arrived === made || said.length > 0;

export const problems = ({ rows }) =>
  rows.flatMap((row) => [
    ...(row.code === 0 ? [] : [`${row.mode}, ${row.content}: exit ${row.code}`]),
    ...(isSaid(row) ? [] : [`${row.mode}, ${row.content}: ${row.made - row.arrived} spans lost in silence`]),
    ...(row.mode === 'healthy' && row.arrived < row.made && row.content === 'none'
      ? [`healthy: ${row.arrived} of ${row.made} arrived`]
      : []),
  ]);

export const report = ({ rows }) =>
  table(
    ['collector', 'content', 'calls', 'spans arrived', 'lost', 'peak over bare, MiB', 'stderr'],
    rows.map(({ mode, content, made, arrived, peak, bare, said }) => [
      ...[mode, content, made, arrived, made - arrived, `${round(peak - bare)} (bare ${round(bare)})`],
      said.map(headOf).join('; ') || '–',
    ]),
  );
