/**
 * Measures the start of an application that imports openai and anthropic, with and without `--import @llmtrace/auto`,
 * in turns: ms of CPU time and of wall-clock time until its imports are loaded or its first call is answered, and the
 * resident memory at that time in MiB.
 */
import { execFileSync } from 'node:child_process';
import { over, spread } from './measure.mjs';

const app = new URL('./start-app.mjs', import.meta.url).pathname;
const auto = ['--import', '@llmtrace/auto'];
const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };

/** `base` names the variant with which a variant is compared. */
const VARIANTS = {
  bare: { base: 'bare' },
  auto: { base: 'bare', flags: auto },
  'auto, OTLP': { base: 'bare', flags: auto, env: otlp },
  'bare, a call': { base: 'bare, a call', args: ['call'] },
  'auto, a call': { base: 'bare, a call', flags: auto, args: ['call'] },
  'auto, OTLP, a call': { base: 'bare, a call', flags: auto, env: otlp, args: ['call'] },
};

export function start({ quick }) {
  const rounds = quick ? 2 : 12;
  const found = Object.fromEntries(Object.keys(VARIANTS).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, variant] of Object.entries(VARIANTS)) {
      const result = run(variant);
      if (round >= 0) found[name].push(result);
    }
  }
  const of = (name, key) => found[name].map((result) => result[key]);
  return Object.fromEntries(
    Object.entries(VARIANTS).map(([name, { base }]) => [
      name,
      {
        cpu: spread(of(name, 'cpu')),
        wall: spread(of(name, 'wall')),
        cpuRatio: spread(of(name, 'cpu').map((cpu, round) => cpu / of(base, 'cpu')[round])),
        wallRatio: spread(of(name, 'wall').map((wall, round) => wall / of(base, 'wall')[round])),
        memory: over(of(name, 'rss').map(mib), of(base, 'rss').map(mib)),
      },
    ]),
  );
}

const mib = (bytes) => bytes / 2 ** 20;

function run({ flags = [], env = {}, args = [] }) {
  const { NODE_OPTIONS: _none, ...inherited } = process.env;
  const options = { encoding: 'utf8', env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'ignore'] };
  return JSON.parse(execFileSync(process.execPath, ['--expose-gc', ...flags, app, ...args], options));
}
