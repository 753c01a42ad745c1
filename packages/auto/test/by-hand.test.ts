/** Instrumenting by hand: each version of each SDK is known by its shape, and nothing else is. */
import assert from 'node:assert/strict';
import { facts, reachable } from '@llmtrace/core/internal';
import { entry as anthropicEntry } from '@llmtrace/instrumentation-anthropic';
import { entry as googleGenAIEntry } from '@llmtrace/instrumentation-google-genai';
import { entry as googleGenerativeAIEntry } from '@llmtrace/instrumentation-google-generative-ai';
import { entry as openaiEntry } from '@llmtrace/instrumentation-openai';
import { loadSdk } from '@llmtrace/test-fixtures';
import { instrumentClient, instrumentModule } from '../src/manual.ts';

const openai = openaiEntry.vendor;
const anthropic = anthropicEntry.vendor;
const googleGenAI = googleGenAIEntry.vendor;
const googleGenerativeAI = googleGenerativeAIEntry.vendor;

const VENDORS = [openai, anthropic, googleGenAI, googleGenerativeAI];
const CLIENTS: Readonly<Record<string, (sdk: any) => object>> = {
  openai: ({ OpenAI, default: main }) => new (OpenAI ?? main)({ apiKey: 'k' }),
  '@anthropic-ai/sdk': ({ Anthropic, default: main }) => new (Anthropic ?? main)({ apiKey: 'k' }),
  '@google/genai': ({ GoogleGenAI }) => new GoogleGenAI({ apiKey: 'k' }),
  '@google/generative-ai': ({ GoogleGenerativeAI }) => new GoogleGenerativeAI('k'),
};
const SETS: Readonly<Record<string, readonly string[]>> = {
  openai: ['openai-4-oldest', 'openai-4', 'openai-5', 'openai-6', 'openai-7'],
  '@anthropic-ai/sdk': ['anthropic-0.30', 'anthropic-0.60', 'anthropic-0.133', 'anthropic-0', 'anthropic-1'],
  '@google/genai': ['genai-1', 'genai-2', 'genai-3'],
  '@google/generative-ai': ['generative-ai'],
};

describe('instrumenting by hand', () => {
  for (const vendor of VENDORS) {
    for (const set of SETS[vendor.module] ?? []) {
      for (const format of ['cjs', 'esm'] as const) {
        it(`finds in a client of ${set} as ${format} all that its exports have`, async () => {
          const { exports } = await loadSdk({ set, package: vendor.module, format });
          const client = CLIENTS[vendor.module]?.(exports);
          const inExports = reachable(vendor, exports, 'module');
          assert.ok(inExports > 1);
          assert.equal(reachable(vendor, client, 'client'), inExports);
          for (const other of VENDORS.filter((one) => one !== vendor)) {
            assert.ok(reachable(other, client, 'client') < inExports);
            assert.ok(reachable(other, exports, 'module') < inExports);
          }
        });
      }
    }
  }

  it('calls nothing of what is another’s, though it looks alike', () => {
    let calls = 0;
    class Vertex {
      project = 'p';
      apiKey = 'k';
      getGenerativeModel() {
        calls++;
      }
      preview() {
        calls++;
      }
    }
    class Model {
      apiKey = 'k';
      generateContent() {
        calls++;
      }
      startChat() {
        calls++;
      }
    }
    const own = { apiKey: 'k', getGenerativeModel: () => calls++, startChat: () => calls++ };
    for (const client of [new Vertex(), new Model(), own])
      for (const vendor of VENDORS) reachable(vendor, client, 'client');
    assert.equal(calls, 0);
  });

  const thrower = new Proxy({}, { get: () => assert.fail(), has: () => assert.fail() });
  const STRANGE: [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['an empty object', {}],
    ['what throws at every look', thrower],
    ['a client of somebody else', { chat: { completions: {} }, models: { list() {} } }],
  ];
  for (const [what, given] of STRANGE) {
    it(`gives ${what} back, and says that it is not traced`, () => {
      assert.equal(instrumentClient(given), given);
      assert.equal(instrumentModule(given), given);
      const said = facts().warnings.filter((text) => text.includes('was given nothing that llmtrace knows'));
      assert.deepEqual(
        said.map((text) => text.split('(', 1)[0]),
        ['instrumentClient', 'instrumentModule'],
      );
    });
  }
});
