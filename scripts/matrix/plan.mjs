// The dimensions of the matrix, and the combinations that cannot work.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestOf, root } from '../lib/npm.mjs';
import { VENDORS } from '../lib/vendors.mjs';

const SETS = join(root, 'test-fixtures', 'sdks');
const setOf = (name) => manifestOf(join(SETS, name)).dependencies;

export const NODES = ['20', '22', '24', '26'];

/** The versions of the vendor SDKs: those of the conformance suite. */
export const SDKS = VENDORS.flatMap(({ sdk: name, name: vendor, sets }) =>
  readdirSync(SETS)
    // The folder `openai-agents` starts with the prefix of `openai`, but contains another SDK.
    .filter((set) => set.startsWith(sets) && setOf(set)[name])
    .map((set) => ({ set, name, vendor, version: setOf(set)[name] }))
    .sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true })),
);

/** The hosts: `@llmtrace/auto` starts OpenTelemetry's SDK, or the application does. */
export const HOSTS = [
  { name: '`@llmtrace/auto`', key: 'auto', line: 'otel-2' },
  { name: 'OpenTelemetry 2.x', key: 'otel-2', line: 'otel-2' },
  { name: 'OpenTelemetry 3.x', key: 'otel-3', line: 'otel-3', from: 22 },
];

/** The packages of a line of OpenTelemetry, as specifiers for npm. */
export const packagesOf = (line) => {
  const { '@opentelemetry/api': api, '@opentelemetry/sdk-node': sdk } = setOf(line);
  return [`@opentelemetry/api@${api}`, `@opentelemetry/sdk-node@${sdk}`];
};

/**
 * The formats of an application. `before` and `after` are flags before and after those of llmtrace. `only` names the
 * one host on which a format runs: the formats of tsx differ in how modules load, which does not depend on the host.
 */
export const FORMATS = [
  { name: 'CJS', file: 'app.cjs' },
  { name: 'ESM', file: 'app.mjs' },
  { name: 'TypeScript', file: 'app.ts', from: 22, why: 'it strips no types' },
  { name: 'tsx after', file: 'app.ts', after: ['--import', 'tsx'], only: 'auto' },
  { name: 'tsx before', file: 'app.ts', before: ['--import', 'tsx'] },
  {
    ...{ name: 'tsx, CJS', file: 'app.cts', before: ['--import', 'tsx'], only: 'auto' },
    // On Node.js 20, openai 4 fails in this format without llmtrace, too.
    ...{ from: 22, why: 'what tsx translates to CommonJS gets a `require` that cannot be instrumented' },
  },
];

/** The ways to load llmtrace: flags and environment of `node`. */
export const WAYS = [
  { name: '`--import`', flags: ['--import', '@llmtrace/auto'] },
  { name: '`--require`', flags: ['--require', '@llmtrace/auto'] },
  { name: '`NODE_OPTIONS`', flags: [], env: { NODE_OPTIONS: '--import @llmtrace/auto' } },
];

/** The way to load llmtrace for a host and a format. */
export function wayInto(host, format) {
  if (host.key === 'auto') return WAYS[0];
  if (format.file === 'app.cjs') return { flags: ['--require', './host.cjs'] };
  return { flags: ['--import', '@llmtrace/auto/hook', '--import', './host.mjs'] };
}

/** The formats that run on a host and a version of Node.js. */
export const formatsOf = (node, host) =>
  FORMATS.filter((format) => !impossible(node, host, format) && (format.only ?? host.key) === host.key);

/** The reason why a combination cannot work; undefined if it can. */
export function impossible(node, host, format = {}) {
  if (Number(node) < (host.from ?? 0)) return `${host.name} needs Node.js ${host.from}`;
  if (Number(node) < (format.from ?? 0)) return format.why;
  return undefined;
}

const { packages: locked } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

/** Whether the SDK's `engines` requires a newer Node.js: the combination runs nevertheless. */
export function asksForNewer({ set, name }, node) {
  const { engines = {} } =
    locked[`test-fixtures/sdks/${set}/node_modules/${name}`] ?? locked[`node_modules/${name}`];
  return Number(node) < Number(/^\D*(\d+)/.exec(engines.node ?? '')?.[1] ?? 0);
}
