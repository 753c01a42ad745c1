/** Every class that an instrumentation patches is found in the ES modules of the SDK, without the hook of OpenTelemetry. */
import assert from 'node:assert/strict';
import type { LoadFnOutput } from 'node:module';
import { fileURLToPath } from 'node:url';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { initialize, loadSync } from '../../src/esm/loader-hooks.ts';

const OPENAI_4 = [
  ['lib/AbstractChatCompletionRunner.mjs', 'AbstractChatCompletionRunner'],
  ['resources/audio/speech.mjs', 'Speech'],
  ['resources/audio/transcriptions.mjs', 'Transcriptions'],
  ['resources/audio/translations.mjs', 'Translations'],
  ['resources/chat/completions.mjs', 'Completions'],
  ['resources/completions.mjs', 'Completions'],
  ['resources/embeddings.mjs', 'Embeddings'],
  ['resources/files.mjs', 'Files'],
  ['resources/images.mjs', 'Images'],
];
const OPENAI_7 = [
  ...OPENAI_4.filter(([file]) => file !== 'resources/chat/completions.mjs'),
  ['resources/batches.mjs', 'Batches'],
  ['resources/beta/responses/responses.mjs', 'Responses'],
  ['resources/chat/completions/completions.mjs', 'Completions'],
  ['resources/decisions.mjs', 'Decisions'],
  ['resources/responses/responses.mjs', 'Responses'],
];
const ANTHROPIC = [
  ['lib/threads/BetaMessageThread.mjs', 'BetaMessageThread'],
  ['resources/beta/messages/batches.mjs', 'Batches'],
  ['resources/beta/messages/messages.mjs', 'Messages'],
  ['resources/messages/batches.mjs', 'Batches'],
  ['resources/messages/messages.mjs', 'Messages'],
];
const GENAI = [
  ['dist/node/index.mjs', 'Batches'],
  ['dist/node/index.mjs', 'GoogleGenAI'],
  ['dist/node/index.mjs', 'Models'],
];
const GENERATIVE_AI = [
  ['dist/index.mjs', 'ChatSession'],
  ['dist/index.mjs', 'GenerativeModel'],
];

describe('modules that announce themselves', () => {
  for (const [set, name, classes] of [
    ['openai-4-oldest', 'openai', OPENAI_4],
    ['openai-7', 'openai', OPENAI_7],
    ['anthropic-1', '@anthropic-ai/sdk', ANTHROPIC],
    ['genai-1', '@google/genai', GENAI],
    ['genai-3', '@google/genai', GENAI],
    ['generative-ai', '@google/generative-ai', GENERATIVE_AI],
  ] as const) {
    it(`are those of ${set}`, async () => {
      const { stdout, stderr } = await runApp(
        fileURLToPath(new URL('../apps/announcements.ts', import.meta.url)),
        {
          flags: ['--conditions=llmtrace:source', '--no-warnings'],
          args: [set, name],
        },
      );
      assert.equal(stderr, '');
      const wanted = classes.map(([file, key]) => [file, key, 'function']);
      assert.deepEqual(JSON.parse(stdout).sort(), wanted.sort());
    });
  }
});

describe('the hook of modules', () => {
  const FILE = 'openai/index.mjs';
  const URL_OF_IT = `file:///app/node_modules/${FILE}`;
  const sourceOf = (format: string | undefined, url = URL_OF_IT): unknown => {
    const loaded = { format, source: 'export {};' } as LoadFnOutput;
    const context = { conditions: [], format: undefined, importAttributes: {} };
    return loadSync(url, context, () => loaded).source;
  };
  const deno = (version: string | undefined): void => {
    Object.defineProperty(process, 'versions', { value: { ...VERSIONS, deno: version }, configurable: true });
  };
  const VERSIONS = process.versions;

  before(() =>
    initialize({ files: new Map([[FILE, 'tell();']]), mains: new Map(), functions: [], commonJs: new Map() }),
  );
  after(() => initialize({ files: new Map(), mains: new Map(), functions: [], commonJs: new Map() }));
  afterEach(() => Object.defineProperty(process, 'versions', { value: VERSIONS, configurable: true }));

  for (const [version, format, isTelling] of [
    [undefined, 'module', true],
    [undefined, 'commonjs', false],
    [undefined, undefined, false],
    ['2.9.6', undefined, true],
    ['2.9.6', 'commonjs', false],
  ] as const) {
    const runtime = version === undefined ? 'Node.js' : 'Deno';
    it(`${isTelling ? 'changes' : 'leaves'} a file of the format ${format} in ${runtime}`, () => {
      deno(version);
      assert.equal(sourceOf(format), isTelling ? 'export {};\ntell();' : 'export {};');
    });
  }

  it('leaves the mock of a package by esmock, whose URL has that of the package behind a #', () => {
    const mock = `file:///app/node_modules/esmock/src/esmockLoader.js#-#${URL_OF_IT}?esmkTreeId=1`;
    assert.equal(sourceOf('module', mock), 'export {};');
    assert.equal(sourceOf('module', `${URL_OF_IT}?esmk=1`), 'export {};\ntell();');
  });
});
