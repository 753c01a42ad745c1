/** Applications that were bundled, with all SDKs in the bundle or left out of it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build, stop } from 'esbuild';
import { allVendors } from '../../src/vendors.ts';
import { AUTO, file, type Stage, setStage } from '../stage.ts';

const SDKS = ['openai', '@anthropic-ai/sdk', '@google/genai', '@google/generative-ai'];
const OURS = ['@llmtrace/*', '@opentelemetry/*'];
const CALLS = [
  'chat gpt-4.1-mini',
  'chat claude-sonnet-4-6',
  'generate_content gemini-2.5-flash',
  'generate_content gemini-2.5-pro',
  'generate_content gemini-2.5-pro',
];

/** In a bundle, the SDK of Anthropic makes its own span of a call, which llmtrace completes. */
const COMPLETED = CALLS.map((name) => (name.includes('claude') ? 'anthropic.messages.create' : name));

// Packages that are CommonJS need a `require` in a bundle that is an ES module; esbuild brings none.
const REQUIRE = `import { createRequire as requireOfBundle } from 'node:module';
const require = requireOfBundle(import.meta.url);`;

/** Node.js reads all of a map before it shows a stack: with the text of the sources that took as long as all else. */
const MAPPED = { sourcemap: 'inline', sourcesContent: false } as const;

/** A bundle, and how it is made. */
const BUNDLES: { name: string; format: 'cjs' | 'esm'; options: BuildOptions }[] = (
  ['cjs', 'esm'] as const
).flatMap((format) =>
  [
    { name: 'SDKs left out', options: { external: [...SDKS, ...OURS] } },
    { name: 'SDKs in it', options: { external: OURS } },
    { name: 'SDKs in it, minified', options: { external: OURS, minify: true, ...MAPPED } },
    { name: 'SDKs and llmtrace in it, minified', options: { minify: true } },
  ].map(({ name, options }) => ({ name: `${format}, ${name}`, format, options })),
);

describe('a bundled application', function () {
  // Node.js compiles megabytes for each application: 4 s of CPU time, 47 s at a load of 30.
  this.timeout(170_000);
  let stage: Stage;
  let folder: string;
  const pathOf = (name: string, format: string): string =>
    join(folder, `${name.replaceAll(/\W+/g, '-')}.${format === 'esm' ? 'mjs' : 'cjs'}`);

  before(async () => {
    stage = await setStage();
    folder = mkdtempSync(join(tmpdir(), 'llmtrace-'));
    symlinkSync(file('../../../node_modules'), join(folder, 'node_modules'));
    for (const { name, format, options } of BUNDLES) {
      await build({
        entryPoints: [file('bundles/app.mjs')],
        bundle: true,
        platform: 'node',
        format,
        outfile: pathOf(name, format),
        logLevel: 'silent',
        ...(format === 'esm' && { banner: { js: REQUIRE } }),
        ...options,
      });
    }
    await stop(); // its process would keep this one alive
  });
  beforeEach(() => stage.clear());
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await stage.close();
  });

  /** The run of a bundle: the spans that arrived, those of its own provider, and its output. */
  async function run(bundle: (typeof BUNDLES)[number], flags: string[], env: Record<string, string> = {}) {
    const { code, stdout, stderr } = await stage.run(pathOf(bundle.name, bundle.format), {
      flags,
      timeout: 150_000,
      env: { VENDOR: stage.vendor.url, ...env },
    });
    assert.equal(code, 0, stderr);
    const said = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('(Use `node'));
    const spans = stage.collector.spans().map(({ name }) => name);
    return { spans, appSpans: JSON.parse(stdout), said };
  }

  for (const bundle of BUNDLES) {
    describe(`(${bundle.name})`, () => {
      if (bundle.name.endsWith('left out')) {
        it('is traced as any application, without a warning', async () => {
          assert.deepEqual(await run(bundle, AUTO), { spans: CALLS, appSpans: [], said: [] });
        });
      } else {
        // The SDK's own span is none of llmtrace's where llmtrace traces no requests.
        const ours = (spans: string[]): string[] =>
          spans.filter((name) => name !== 'anthropic.messages.create');
        it('is traced by its requests, without a warning', async () => {
          const { spans, said } = await run(bundle, AUTO);
          assert.deepEqual([spans.toSorted(), said], [COMPLETED.toSorted(), []]);
        });
        it('is not traced without that, and one warning for each SDK names the cause and the remedy', async () => {
          const { spans, said } = await run(bundle, [...AUTO, '--enable-source-maps'], {
            LLMTRACE_INSTRUMENTATIONS: allVendors()
              .map(({ name }) => name)
              .join(','),
          });
          assert.deepEqual(ours(spans), []);
          assert.equal(said.length, SDKS.length, said.join('\n'));
          for (const [index, name] of SDKS.entries()) {
            const path = pathOf(bundle.name, bundle.format);
            assert.match(
              said[index] ?? '',
              new RegExp(
                `llmtrace: ${name} [\\d.]+ is bundled into ${path}; its calls are not traced. Let .*instrumentClient`,
              ),
            );
          }
        });
      }
      for (const BY of bundle.name.endsWith('minified') ? ['client', 'module'] : ['client']) {
        it(`is traced once where each ${BY} is instrumented by hand`, async () => {
          assert.deepEqual(await run(bundle, AUTO, { BY }), { spans: CALLS, appSpans: [], said: [] });
        });
      }
      it('is traced by hand alone, with the provider that it registers', async () => {
        const { spans, appSpans, said } = await run(bundle, [], { BY: 'client', OWN: '1' });
        assert.deepEqual({ spans, appSpans, said }, { spans: [], appSpans: CALLS, said: [] });
      });
    });
  }
});
