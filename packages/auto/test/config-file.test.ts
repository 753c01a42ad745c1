import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { facts } from '@llmtrace/core/internal';
import { environmentOf, splitOptions } from '../src/auto-options.ts';
import { loadConfigFile } from '../src/config-file.ts';
import { AUTO, olderNode, PATIENT, setStage } from './stage.ts';

const OLD_NODE = olderNode() ?? '';
const old = OLD_NODE ? it : it.skip;

const path = (name: string): string => fileURLToPath(new URL(`./configs/${name}`, import.meta.url));

describe('the configuration file', () => {
  const said: string[] = [];
  const load = (name: string | undefined, profile?: string) =>
    loadConfigFile(name && path(name), (message) => void said.push(message), profile);
  beforeEach(() => {
    said.length = 0;
  });

  it('is not read if LLMTRACE_CONFIG is not set', () => {
    assert.deepEqual(load(undefined), {});
    assert.deepEqual(said, []);
  });

  for (const name of ['good.json', 'good.mjs', 'good.cjs', 'typed.ts', 'typed.mts', 'profiles.mjs']) {
    it(`may be ${name}`, () => {
      assert.deepEqual(load(name).retry, { maxRetries: 1 });
      assert.deepEqual(said, []);
    });
  }

  it('is relative to the working directory', () => {
    const name = path('good.json').slice(process.cwd().length + 1);
    assert.deepEqual(loadConfigFile(`./${name}`, assert.fail).rateLimit, { rate: 5 });
  });

  it('that is no JSON is one, too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmtrace-'));
    const name = join(folder, 'broken.json');
    try {
      writeFileSync(name, '{ "retry": ');
      assert.deepEqual(
        loadConfigFile(name, (message) => void said.push(message)),
        {},
      );
      assert.match(said.join(), /broken\.json: .*JSON/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const WRONG: Readonly<Record<string, RegExp>> = {
    'no-default.mjs': /Expected the file to have a default export\./,
    'throws.mjs': /a bug in the configuration/,
    'later.mjs': /top-level await/,
    'missing.mjs': /Cannot find module/,
  };
  for (const [name, why] of Object.entries(WRONG)) {
    it(`that is ${name} is one warning that names it, and nothing of it is used`, () => {
      assert.deepEqual(load(name), {});
      assert.equal(said.length, 1);
      assert.match(said[0] ?? '', why);
      assert.ok(said[0]?.startsWith(`could not use the configuration ${path(name)}: `), said[0]);
      assert.ok(said[0]?.endsWith('llmtrace runs without it'), said[0]);
    });
  }

  it('loses a wrong field, and keeps the others', () => {
    const dropped = (name: string) => load(name);
    assert.deepEqual(dropped('wrong-value.mjs'), { retry: {} });
    assert.deepEqual(said, [
      `the configuration ${path('wrong-value.mjs')}: Expected \`retry.maxRetries\` to be a non-negative integer, got -1. llmtrace runs without \`retry.maxRetries\``,
    ]);
    said.length = 0;
    assert.deepEqual(dropped('wrong-fields.json'), {
      retry: { jitter: 0.1 },
      rateLimit: [{ rate: 5 }],
      exporters: { endpoint: 'http://collector:4318', headers: { a: 'b=c' } },
      semconv: 'latest',
    });
    const lost = said.map((text) => /runs without `(.*)`$/.exec(text)?.[1]);
    assert.deepEqual(lost.toSorted(), [
      'exporters.traces',
      'prometheus',
      'prometheus.port',
      'rateLimit[1]',
      'rateLimit[1].rate',
      'redis',
      'retires',
      'retry.delay',
      'retry.maxRetries',
    ]);
    assert.doesNotMatch(said.join(), /s3cret/);
    // No budget applies: the process warns, also with a `diag` logger.
    const alarms = facts().warnings.filter((text) => text.includes('wrong-fields.json'));
    assert.match(
      alarms.join('\n'),
      /Expected `budget\.usd` to be .*, got "50"\. llmtrace runs without `budget\.usd`/,
    );
  });

  it('has profiles, of which NODE_ENV chooses one', () => {
    const base = { retry: { maxRetries: 1 }, console: false };
    for (const profile of [undefined, '', 'development', 'toString', '__proto__'])
      assert.deepEqual(load('profiles.mjs', profile), base);
    assert.deepEqual(load('profiles.mjs', 'production'), { ...base, retry: false, serviceName: 'shop' });
    assert.deepEqual(said, []);
    assert.deepEqual(load('profiles.mjs', 'test'), { ...base, semconv: 'latest' });
    assert.match(
      said[0] ?? '',
      /Expected `quiet` to be true or false, got "yes"\. llmtrace runs without `profiles\.test\.quiet`$/,
    );
    assert.deepEqual(load('profiles.mjs', 'broken'), base);
    assert.match(said[1] ?? '', /Expected `profiles` to be an object of objects/);
    assert.equal(said.length, 2);
  });

  it('becomes variables, in which any text of a header is one text', () => {
    const { auto } = splitOptions(load('wrong-fields.json'));
    assert.deepEqual(environmentOf({ ...auto, console: true, instrumentations: ['openai', 'anthropic'] }), {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=b%3Dc',
      LLMTRACE_CONSOLE: 'true',
      LLMTRACE_INSTRUMENTATIONS: 'openai,anthropic',
    });
    const redis = { url: 'redis://localhost', timeout: 5, processes: 2 };
    assert.deepEqual(environmentOf({ redis, prometheus: false, exporters: { logs: ['otlp', 'console'] } }), {
      LLMTRACE_REDIS_URL: 'redis://localhost',
      LLMTRACE_REDIS_TIMEOUT: '5',
      LLMTRACE_REDIS_PROCESSES: '2',
      LLMTRACE_PROMETHEUS_PORT: '',
      OTEL_LOGS_EXPORTER: 'otlp,console',
    });
  });

  it('sets the options of auto, and takes precedence over the variables', async () => {
    const stage = await setStage();
    try {
      const folder = mkdtempSync(join(tmpdir(), 'llmtrace-'));
      const config = join(folder, 'llmtrace.json');
      const { url } = stage.collector;
      writeFileSync(
        config,
        JSON.stringify({
          console: true,
          serviceName: 'of the file',
          exporters: { traces: 'otlp', metrics: 'none', endpoint: url, protocol: 'http/json' },
        }),
      );
      const env = { ...PATIENT, LLMTRACE_CONFIG: config, LLMTRACE_CONSOLE: 'false' };
      const { code, stderr } = await stage.runBare('../examples/chat.mjs', { flags: AUTO, env });
      rmSync(folder, { recursive: true });
      assert.equal(code, 0);
      assert.match(stderr, /^llmtrace {2}openai gpt-4\.1-mini/);
      assert.deepEqual(
        stage.collector.spans().map(({ service }) => service),
        ['of the file'],
      );
      assert.deepEqual(stage.collector.metrics(), []);
    } finally {
      await stage.close();
    }
  });

  old('names what a Node.js without TypeScript lacks', async () => {
    const stage = await setStage();
    try {
      for (const name of ['typed.ts', 'typed.mts']) {
        const { code, stderr } = await stage.run('../examples/chat.mjs', {
          flags: AUTO,
          node: OLD_NODE,
          env: { LLMTRACE_CONFIG: path(name) },
        });
        assert.equal(code, 0);
        assert.match(
          stderr,
          /Node\.js 20\.\S+ runs no TypeScript by itself \(22\.18 and later do\); write the file as \.mjs/,
        );
      }
    } finally {
      await stage.close();
    }
  });
});
