import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { distance, suggestion } from '../src/options.ts';
import { USAGE } from '../src/usage.ts';

const BIN = fileURLToPath(new URL('../bin/llmtrace.js', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Writes which files the command itself has loaded. */
const LOADED = `
if (process.argv[1] === process.env.LOADED_BY) {
  const file = require('node:path').join(process.env.LOADED_TO, 'files.txt');
  process.once('exit', () => require('node:fs').writeFileSync(file, Object.keys(require.cache).join('\\n')));
}`;

/** Sends 60,000 calls to the viewer that started it, and prints the highest resident memory of that, in MB. */
const FLOOD = `
import { readFileSync } from 'node:fs';
const attributes = [{ key: 'gen_ai.operation.name', value: { stringValue: 'chat' } }];
const spanOf = (id) => ({ traceId: id.padStart(32, '0'), spanId: id.padStart(16, '0'), name: 'chat ' + id, attributes });
for (let request = 1; request <= 60; request++) {
  const spans = Array.from({ length: 1000 }, (_, index) => spanOf((request * 1000 + index).toString(16)));
  await fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + '/v1/traces', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  });
}
const [, peak] = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/' + process.ppid + '/status', 'utf8'));
console.log(Math.round(peak / 1024));`;

async function llmtrace(
  args: readonly string[],
  cwd = tmpdir(),
  env: NodeJS.ProcessEnv = { NODE_OPTIONS: '' },
): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd, env: { ...process.env, CI: '1', ...env } });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (part) => {
    output.stdout += part;
  });
  child.stderr.on('data', (part) => {
    output.stderr += part;
  });
  const [code] = await once(child, 'close');
  return { code, ...output };
}

describe('the command llmtrace', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'command-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return name;
  };

  it('has a help of each command that fits a screen', async () => {
    for (const text of Object.values(USAGE)) {
      const lines = text.split('\n');
      assert.ok(lines.length <= 24 && lines.every((line) => line.length <= 120), text);
    }
    const { code, stdout } = await llmtrace(['view', '--help']);
    assert.deepEqual([code, stdout], [0, USAGE['view']]);
  });

  const wrong: readonly (readonly [args: readonly string[], words: RegExp])[] = [
    [['vieww'], /no command "vieww"\. Did you mean view\?/],
    [['view', '--prot', '3'], /no option --prot\. Did you mean --port\?/],
    [['view', '--port', 'x'], /--port must be a whole number from 0 to 65535; it is x/],
    [['view', '--port'], /argument missing/],
    [['view', '--token=3'], /does not take an argument\. llmtrace view --help/],
    [['view', '--'], /Name the command to run after --/],
    [['view', '--port', '0', 'not-there.jsonl'], /not-there\.jsonl cannot be read: ENOENT/],
    [['doctor', '--wiat', '3'], /no option --wiat\. Did you mean --wait\?/],
    [['prices', 'a', 'b'], /one argument too many: b/],
    [['run'], /Name the application to run/],
    [['run', './not-there'], /cannot be started/],
    [['constructor'], /no command/],
  ];
  for (const [args, words] of wrong) {
    it(`explains the fault of ${args.join(' ')}`, async () => {
      const { code, stderr } = await llmtrace(args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, words);
    });
  }

  it('suggests the nearest word, unless it is too different', () => {
    assert.equal(distance('kitten', 'sitting'), 3);
    assert.equal(suggestion('doktor', ['run', 'doctor']), 'doctor');
    assert.equal(suggestion('xyzzy', ['run', 'doctor']), undefined);
  });

  it('runs an application with its own arguments, and exits with its code', async () => {
    const app = write('app.mjs', 'console.log(process.argv[2]); process.exit(7);');
    const { code, stdout } = await llmtrace(['run', app, '--help'], folder);
    assert.deepEqual([code, stdout], [7, '--help\n']);
  });

  it('starts llmtrace in the application', async () => {
    const app = write('app.mjs', 'console.log(process.execArgv.length, process.env.NODE_OPTIONS)');
    const { stdout } = await llmtrace(['run', app], folder);
    assert.match(stdout, /--import file:.*auto\/dist\/index\.js/);
  });

  // OpenTelemetry takes 13 MB of the viewer, and 0.1 s of each start.
  for (const args of [['run'], ['view', '--port', '0', '--']])
    it(`needs no OpenTelemetry for ${args[0]}`, async () => {
      const loaded = join(folder, write('loaded.cjs', LOADED));
      const bare = join(folder, write('bare.cjs', ''));
      const env = { NODE_OPTIONS: `--require ${JSON.stringify(loaded)}`, LOADED_BY: BIN, LOADED_TO: folder };
      const { code, stderr } = await llmtrace([...args, process.execPath, bare], folder, env);
      assert.equal(code, 0, stderr);
      const files = readFileSync(join(folder, 'files.txt'), 'utf8').split('\n');
      assert.ok(files.some((file) => file.endsWith('spawn.js')));
      assert.deepEqual(
        files.filter((file) => /opentelemetry|core.dist/.test(file)),
        [],
      );
    });

  it('shows the price of a model, or that it has none', async () => {
    const known = await llmtrace(['prices', 'gpt-5-mini']);
    assert.equal(known.code, 0);
    assert.match(known.stdout, /openai +input \$0\.25, cached \$0\.025, output \$2/);
    const unknown = await llmtrace(['prices', 'no-such-model']);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stdout, /has "no-such-model": its calls have no cost/);
  });

  it('writes the start script and nothing else', async () => {
    const manifest = {
      name: 'x',
      scripts: { start: 'node app.mjs', test: 'x' },
      dependencies: { next: '1' },
    };
    write('package.json', JSON.stringify(manifest, null, 4));
    const shown = await llmtrace(['init'], folder);
    assert.match(shown.stdout, /node --import @llmtrace\/auto app\.mjs[\s\S]*serverExternalPackages/);
    assert.equal(readFileSync(join(folder, 'package.json'), 'utf8'), JSON.stringify(manifest, null, 4));
    await llmtrace(['init', '--write'], folder);
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    const scripts = { start: 'node --import @llmtrace/auto app.mjs', test: 'x' };
    assert.equal(text, `${JSON.stringify({ ...manifest, scripts }, null, 4)}\n`);
    assert.match((await llmtrace(['init'], folder)).stdout, /has llmtrace already/);
  });

  it('finds nothing to write without a start script', async () => {
    const { code, stdout } = await llmtrace(['init', '--write'], folder);
    assert.equal(code, 1);
    assert.match(stdout, /npx llmtrace view -- node app\.mjs\./);
  });

  it('leads from the root of several packages to one of them', async () => {
    write('package.json', JSON.stringify({ private: true, workspaces: ['packages/*'] }));
    assert.match((await llmtrace(['init'], folder)).stdout, /root of several packages: run llmtrace init in/);
  });

  it('shows the calls of a command, keeps them in a file, and ends with its code', async () => {
    const app = write(
      'app.mjs',
      "if (!process.env.OTEL_EXPORTER_OTLP_ENDPOINT.startsWith('http://127.0.0.1:')) process.exit(9); await fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + '/v1/traces', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'x' }] }] }] }) }); process.exit(5);",
    );
    const { code, stderr } = await llmtrace(
      ['view', '--port', '0', '--file', 'calls.jsonl', '--', 'node', app],
      folder,
    );
    assert.equal(code, 5, stderr);
    assert.match(stderr, /llmtrace {2}view {6}http:\/\/127\.0\.0\.1:\d+\n/);
    const { resourceSpans } = JSON.parse(readFileSync(join(folder, 'calls.jsonl'), 'utf8'));
    assert.equal(resourceSpans[0].scopeSpans[0].spans[0].name, 'x');
  });

  it('gives the command the token that the viewer requires', async () => {
    const app = write(
      'app.mjs',
      'process.exit(process.env.OTEL_EXPORTER_OTLP_HEADERS?.startsWith("authorization=Bearer") ? 0 : 9)',
    );
    const { code, stderr } = await llmtrace(['view', '--port', '0', '--token', '--', 'node', app], folder);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /#token=[0-9a-f]{64}/);
  });

  it('uses little memory beyond that of the spans that it keeps', async function () {
    if (process.platform !== 'linux') this.skip();
    const app = write('app.mjs', FLOOD);
    const { stdout, stderr } = await llmtrace(
      ['view', '--port', '0', '--max-spans', '5000', '--', 'node', app],
      folder,
    );
    // 100 MB; it was 200 with the young generation that V8 allows by default.
    assert.ok(Number(stdout) < 150, `${stdout} ${stderr}`);
  });
});
