/**
 * The pages of the documentation that show files: each block is a file of docs/examples or packages/auto/examples that
 * the page links to, word for word, and parses. Those that need nothing from the registry are run.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, extname, join, relative, resolve } from 'node:path';
import { build, type Loader, stop, transformSync } from 'esbuild';
import { AUTO, file, type Stage, setStage } from './stage.ts';

const ROOT = file('../../..');
const DOCS = join(ROOT, 'docs');
const EXAMPLES = join(DOCS, 'examples');
const PAGES = [
  'bundles',
  'configuration',
  'lifecycle',
  'nextjs',
  'process-managers',
  'serverless',
  'test-runners',
  'testing',
];
const CALL = 'chat gpt-4.1-mini';

interface Block {
  readonly language: string;
  readonly text: string;
}

const textOf = (page: string): string => readFileSync(join(DOCS, `${page}.md`), 'utf8');
/** The blocks of code; those without a language are the output of a program. */
const blocksOf = (text: string): Block[] =>
  [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }));
/** The files that a page links to. */
const linkedFrom = (page: string): string[] =>
  [...textOf(page).matchAll(/\]\(([^)#]*examples\/[^)]+\.\w+)\)/g)].map(([, link = '']) =>
    resolve(DOCS, link),
  );

const PARSERS: Readonly<Record<string, (path: string, text: string) => unknown>> = {
  '.json': (_, text) => JSON.parse(text),
  '.sh': (path) => execFileSync('sh', ['-n', path]),
  '.env': (_, text) => assert.match(text, /^(?:(?:#.*|[A-Z_]+=.*)?\n)+$/),
};

function parse(path: string): void {
  const text = readFileSync(path, 'utf8');
  const extension = extname(path);
  const parser = PARSERS[extension];
  if (parser) return void parser(path, text);
  const loader = extension.replace(/^\.[cm]?/, '') as Loader;
  transformSync(text, { loader, format: extension === '.cjs' ? 'cjs' : 'esm' });
}

describe('the snippets of the documentation', () => {
  const examples = globSync(`${EXAMPLES}/**/*.*`);

  for (const page of PAGES) {
    it(`of docs/${page}.md are the files that it links to`, () => {
      const files = linkedFrom(page).map((path) => readFileSync(path, 'utf8'));
      for (const { text } of blocksOf(textOf(page)))
        assert.ok(files.includes(text), `no file that docs/${page}.md links to is this block:\n${text}`);
    });
  }

  it('are files that parse', () => {
    assert.ok(examples.length > 20);
    for (const path of examples) assert.doesNotThrow(() => parse(path), relative(ROOT, path));
  });

  it('are all linked to, or part of an application that is', () => {
    const linked = PAGES.flatMap(linkedFrom);
    const folders = linked.map((path) => path.slice(0, path.lastIndexOf('/') + 1));
    const isKnown = (path: string) => folders.some((folder) => path.startsWith(folder));
    const others = examples.filter((path) => !isKnown(path) && !/\/(?:backends|nextjs\/app)\//.test(path));
    assert.deepEqual(
      others.map((path) => relative(EXAMPLES, path)),
      ['own-sdk/otel.mjs'],
    );
  });

  it('stand on pages that README.md and docs/README.md link to', () => {
    const pages = globSync(`${DOCS}/*.md`).map((path) => relative(DOCS, path));
    const [readme, index] = ['README.md', 'docs/README.md'].map((path) =>
      readFileSync(join(ROOT, path), 'utf8'),
    );
    for (const page of pages.filter((name) => name !== 'README.md')) {
      assert.ok(index?.includes(`](${page})`), `docs/README.md does not link to ${page}`);
      if (page !== 'releasing.md')
        assert.ok(readme?.includes(`](docs/${page}`), `README.md does not link to ${page}`);
    }
  });

  it('of the README are files, too', () => {
    const [snippet] = blocksOf(
      readFileSync(join(ROOT, 'README.md'), 'utf8').replaceAll(/^ {3}/gm, ''),
    ).filter(({ language }) => language === 'js');
    assert.equal(snippet?.text, readFileSync(join(EXAMPLES, 'own-sdk', 'otel.mjs'), 'utf8'));
  });
});

describe('an example of the documentation', function () {
  this.timeout(90_000);
  let stage: Stage;
  let folder: string;
  before(async () => {
    stage = await setStage();
    folder = mkdtempSync(join(tmpdir(), 'llmtrace-snippets-'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  });
  beforeEach(() => stage.clear());
  after(async () => {
    await stop(); // esbuild's process would keep this one alive
    rmSync(folder, { recursive: true, force: true });
    await stage.close();
  });

  const names = () => stage.collector.spans().map(({ name }) => name);

  async function traced(
    path: string,
    flags: string[],
    more: { args?: string[]; env?: Record<string, string> } = {},
  ) {
    const env = { LLMTRACE_EXIT_TIMEOUT_MS: '20000', ...more.env };
    const { code, stdout, stderr } = await stage.run(path, { flags, timeout: 60_000, ...more, env });
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    assert.deepEqual(names(), [CALL]);
    return { stdout, stderr };
  }

  it('runs under node:test', async () => {
    await traced(join(EXAMPLES, 'test-runners/ask.node-test.mjs'), [...AUTO, '--test']);
  });

  it('runs under mocha', async () => {
    const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');
    const test = join(EXAMPLES, 'test-runners/ask.mocha.mjs');
    const args = ['--no-config', '--timeout', '60000', '--node-option', 'import=@llmtrace/auto', test];
    await traced(mocha, [], { args });
  });

  it('tests itself against fake vendors', async () => {
    const test = join(EXAMPLES, 'testing/trees.node-test.mjs');
    const { code, stdout } = await stage.runBare(test, { flags: ['--test'], timeout: 60_000 });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /pass 2/);
  });

  it('has an OpenTelemetry set-up of its own', async () => {
    const otel = join(EXAMPLES, 'own-sdk/otel.mjs');
    const flags = ['--import', '@llmtrace/auto/hook', '--import', otel];
    const env = {
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    };
    const { code, stdout, stderr } = await stage.runBare('../examples/chat.mjs', {
      flags,
      env,
      timeout: 60_000,
    });
    assert.equal(code, 0, stderr);
    assert.equal(stdout.match(/name: 'chat gpt-4\.1-mini'/g)?.length, 1);
  });

  it('has options in code', async () => {
    const { stderr } = await traced(file('../examples/chat.mjs'), [
      '--import',
      join(EXAMPLES, 'lifecycle/telemetry.mjs'),
    ]);
    assert.equal(stderr, '');
    assert.equal(stage.collector.spans()[0]?.service, 'shop');
  });

  for (const name of ['llmtrace.config.mjs', 'llmtrace.json'])
    it(`has the configuration file ${name}, of which no option is wrong`, async () => {
      const env = { LLMTRACE_CONFIG: join(EXAMPLES, 'configuration', name), NODE_ENV: 'development' };
      const more = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${stage.collector.url}/v1/traces` };
      const { stderr } = await traced(file('../examples/chat.mjs'), AUTO, { env: { ...env, ...more } });
      assert.doesNotMatch(stderr, /configuration/);
    });

  it('is a server that ends in order', async () => {
    const server = join(EXAMPLES, 'lifecycle/server.mjs');
    const driver = join(folder, 'drive.mjs');
    writeFileSync(
      driver,
      `const until = async (path) => {
        for (;;) {
          const answer = await fetch('http://127.0.0.1:' + process.env.PORT + path).catch(() => {});
          if (answer) return answer.text();
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };
      import(${JSON.stringify(server)});
      await until('/');
      console.log(JSON.parse(await until('/health')).traced.openai);
      process.kill(process.pid, 'SIGTERM');`,
    );
    const env = { PORT: String(20_000 + (process.pid % 20_000)), OTEL_BSP_SCHEDULE_DELAY: '600000' };
    const { stdout } = await traced(driver, AUTO, { env });
    assert.equal(stdout, '1\n');
  });

  for (const [script, vendors] of [
    ['esbuild.sh', 'in the bundle'],
    ['external.sh', 'outside of it'],
  ] as const) {
    it(`is bundled by ${script}, with its SDK ${vendors}`, async () => {
      const application = join(folder, script);
      cpSync(join(EXAMPLES, 'bundles'), application, { recursive: true });
      const PATH = [join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
      execFileSync('sh', ['-e', script], { cwd: application, env: { ...process.env, PATH }, stdio: 'pipe' });
      await traced(join(application, 'out.mjs'), AUTO);
    });
  }

  /**
   * A function is called twice and killed right after its second answer. What the first call starts has all the time that
   * it needs, so that a busy machine fails nothing; then only `flush()` in the function itself can export the second.
   */
  async function answers(path: string, call: string): Promise<void> {
    const host = join(folder, 'host.mjs');
    writeFileSync(
      host,
      `import { llmtrace } from '@llmtrace/auto';
      const exports = await import(${JSON.stringify(path)});
      const body = JSON.stringify({ question: 'Which tree?' });
      const request = () => new Request('http://localhost/', { method: 'POST', body });
      const call = ${call};
      await call(request());
      await llmtrace.flush({ timeoutMillis: 40000 });
      console.log(JSON.stringify(await call(request())));
      process.kill(process.pid, 'SIGKILL');`,
    );
    const env = { OTEL_BSP_SCHEDULE_DELAY: '600000', OTEL_METRIC_EXPORT_INTERVAL: '600000' };
    const { signal, stdout, stderr } = await stage.run(host, { env, timeout: 60_000 });
    assert.equal(signal, 'SIGKILL', stderr);
    assert.match(stdout, /"answer":/);
    assert.deepEqual(names(), [CALL, CALL]);
  }

  it('is a function on Vercel', () =>
    answers(
      join(EXAMPLES, 'serverless/vercel.mjs'),
      '(request) => exports.POST(request).then((answer) => answer.json())',
    ));

  it('is a function on Azure', async () => {
    const bundle = join(folder, 'azure.mjs');
    await build({
      entryPoints: [join(EXAMPLES, 'serverless/azure.mjs')],
      alias: { '@azure/functions': file('apps/azure-functions.mjs') },
      external: ['@llmtrace/*', 'openai'],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: bundle,
    });
    await answers(bundle, '(request) => registered.ask.handler(request).then(({ jsonBody }) => jsonBody)');
  });
});
