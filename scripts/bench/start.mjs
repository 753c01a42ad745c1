/**
 * The start of an application that imports openai and anthropic, with and without `--import @llmtrace/auto`, by turns:
 * milliseconds until its imports are there, of CPU time and on the clock, and resident memory then, in MiB.
 */
import { execFileSync } from 'node:child_process';
import { over, spread } from './measure.mjs';

const app = new URL('./start-app.mjs', import.meta.url).pathname;
const auto = ['--import', '@llmtrace/auto'];
const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };

const VARIANTS = {
  bare: {},
  auto: { flags: auto },
  'auto, OTLP': { flags: auto, env: otlp },
};

export function start({ quick }) {
  const rounds = quick ? 2 : 12;
  const found = Object.fromEntries(Object.keys(VARIANTS).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, variant] of Object.entries(VARIANTS)) {
      const one = run(variant);
      if (round >= 0) found[name].push(one);
    }
  }
  const of = (name, key) => found[name].map((one) => one[key]);
  return Object.fromEntries(
    Object.keys(VARIANTS).map((name) => [
      name,
      {
        cpu: spread(of(name, 'cpu')),
        wall: spread(of(name, 'wall')),
        cpuRatio: spread(of(name, 'cpu').map((cpu, round) => cpu / of('bare', 'cpu')[round])),
        wallRatio: spread(of(name, 'wall').map((wall, round) => wall / of('bare', 'wall')[round])),
        memory: over(of(name, 'rss').map(mib), of('bare', 'rss').map(mib)),
      },
    ]),
  );
}

const mib = (bytes) => bytes / 2 ** 20;

function run({ flags = [], env = {} }) {
  const { NODE_OPTIONS: _none, ...inherited } = process.env;
  const options = { encoding: 'utf8', env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'ignore'] };
  return JSON.parse(execFileSync(process.execPath, ['--expose-gc', ...flags, app], options));
}
