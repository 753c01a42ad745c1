// Packs every package, installs the tarballs into empty folders outside this repository, and runs an application
// there in every way in, as CommonJS and as ES modules, on every supported Node.js. The calls must arrive at an
// OTLP receiver with tokens and cost. `node scripts/check-install.mjs [20 22 24 26]`
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startVendorServer } from '@llmtrace/test-fixtures/server';
import { nodeOf } from './nodes.mjs';

const root = new URL('..', import.meta.url).pathname;
const NODES = process.argv.length > 2 ? process.argv.slice(2) : ['20', '22', '24', '26'];

/** The OpenTelemetry that the application brings along, and the Node.js that it runs on. */
const HOSTS = [
  { name: 'OpenTelemetry 2.x', api: '1.9.1', sdk: '0.223.0', openai: '6.49.0', from: 20 },
  { name: 'OpenTelemetry 3.x', api: '1.10.0', sdk: '0.301.0', openai: '7.57.0', from: 22 },
];

const WAYS = [
  { name: '--import', flags: ['--import', '@llmtrace/auto'] },
  { name: '--require', flags: ['--require', '@llmtrace/auto'] },
  { name: 'NODE_OPTIONS', flags: [], env: { NODE_OPTIONS: '--import @llmtrace/auto' } },
  { name: 'NodeSDK', flags: ['--import', '@llmtrace/auto/hook', '--import', './host.mjs'] },
  { name: 'NodeSDK, CommonJS', only: 'cjs', flags: ['--require', './host.cjs'] },
];

const npm = (args, cwd) =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function pack() {
  const folder = mkdtempSync(join(tmpdir(), 'llmtrace-pack-'));
  for (const name of readdirSync(join(root, 'packages'))) {
    npm(['pack', '--pack-destination', folder], join(root, 'packages', name));
  }
  return folder;
}

function install(tarballs, { api, sdk, openai }) {
  const folder = mkdtempSync(join(tmpdir(), 'llmtrace-install-'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const packed = readdirSync(tarballs).map((file) => join(tarballs, file));
  const others = [`@opentelemetry/api@${api}`, `@opentelemetry/sdk-node@${sdk}`, `openai@${openai}`];
  npm(['install', '--no-audit', '--no-fund', ...packed, ...others], folder);
  cpSync(join(root, 'scripts', 'install'), folder, { recursive: true });
  return folder;
}

async function startReceiver() {
  const spans = [];
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    if (request.url === '/v1/traces') {
      const { resourceSpans } = JSON.parse(Buffer.concat(parts));
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    }
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { spans, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** What is wrong with the spans of the application; undefined where all is well. */
function judge(code, stdout, spans) {
  if (code !== 0) return `exit code ${code}`;
  if (stdout !== 'chat.completion true\n') return `the application said ${stdout}`;
  if (spans.length !== 2) return `${spans.length} spans`;
  const names = spans.map(({ attributes }) => attributes.map(({ key }) => key));
  const wanted = ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens', 'gen_ai.usage.cost'];
  const missing = wanted.filter((name) => !names.every((keys) => keys.includes(name)));
  return missing.length > 0 ? `no ${missing.join(', ')}` : undefined;
}

async function run(node, folder, format, { flags, env = {} }, vendor, receiver) {
  receiver.spans.length = 0;
  const { PATH, HOME, TMPDIR = tmpdir() } = process.env;
  const child = spawn(node, [...flags, `app.${format}`], {
    cwd: folder,
    timeout: 60_000,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{ PATH, HOME, TMPDIR },
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...env,
    },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  const [code] = await once(child, 'close');
  return { wrong: judge(code, stdout, receiver.spans), stderr };
}

const tarballs = pack();
const vendor = await startVendorServer();
const receiver = await startReceiver();
let [passed, failed] = [0, 0];
for (const host of HOSTS) {
  const folder = install(tarballs, host);
  const version = JSON.parse(readFileSync(join(folder, 'node_modules/@llmtrace/auto/package.json'))).version;
  console.log(`${host.name}, openai ${host.openai}, @llmtrace/auto ${version}`);
  for (const major of NODES.filter((one) => Number(one) >= host.from)) {
    for (const way of WAYS) {
      for (const format of ['mjs', 'cjs'].filter((one) => (way.only ?? one) === one)) {
        const { wrong, stderr } = await run(nodeOf(major), folder, format, way, vendor, receiver);
        wrong ? failed++ : passed++;
        console.log(`  node ${major}  ${way.name.padEnd(18)} ${format}  ${wrong ?? 'ok'}`);
        if (wrong) console.log(stderr.replace(/^/gm, '    '));
      }
    }
  }
  rmSync(folder, { recursive: true, force: true });
}
rmSync(tarballs, { recursive: true, force: true });
receiver.close();
await vendor.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
