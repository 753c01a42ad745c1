/** Instrumenting by hand: each version of each SDK is known by its shape, and nothing else is. */
import assert from 'node:assert/strict';
import { facts, reachable } from '@llmtrace/core/internal';
import type { HttpClientsInstrumentation } from '@llmtrace/instrumentation-http-clients';
import { loadSdk } from '@llmtrace/test-fixtures';
import type { VendorCase } from '@llmtrace/test-fixtures/vendor-profile';
import { instrumentClient, instrumentFetch, instrumentModule } from '../src/manual.ts';
import { allVendors } from '../src/vendors.ts';

const VENDORS = allVendors().map(({ vendor }) => vendor);
const CLIENTS: Readonly<Record<string, (sdk: any) => object>> = {
  openai: ({ OpenAI, default: main }) => new (OpenAI ?? main)({ apiKey: 'k' }),
  '@anthropic-ai/sdk': ({ Anthropic, default: main }) => new (Anthropic ?? main)({ apiKey: 'k' }),
  '@google/genai': ({ GoogleGenAI }) => new GoogleGenAI({ apiKey: 'k' }),
  '@google/generative-ai': ({ GoogleGenerativeAI }) => new GoogleGenerativeAI('k'),
  '@aws-sdk/client-bedrock-runtime': ({ BedrockRuntimeClient }) =>
    new BedrockRuntimeClient({ region: 'us-east-1' }),
};
const CASES: readonly VendorCase[] = await Promise.all(
  allVendors().map(async ({ name }) => (await import(`@llmtrace/test-fixtures/cases/${name}`)).vendorCase),
);

describe('instrumenting by hand', () => {
  for (const vendor of VENDORS) {
    const { sets } = CASES.find((vendorCase) => vendorCase.package === vendor.module) as VendorCase;
    for (const set of sets) {
      for (const format of ['cjs', 'esm'] as const) {
        it(`finds in a client of ${set} as ${format} all that its exports have`, async () => {
          const { exports } = await loadSdk({ set, package: vendor.module, format });
          const makeClient = CLIENTS[vendor.module];
          assert.ok(makeClient, `add a client of ${vendor.module} to CLIENTS in this file`);
          const client = makeClient(exports);
          const inExports = reachable(vendor, exports, 'module');
          assert.ok(inExports > 0);
          assert.equal(reachable(vendor, client, 'client'), inExports);
          for (const other of VENDORS.filter((candidate) => candidate !== vendor)) {
            assert.ok(reachable(other, client, 'client') < inExports);
            assert.ok(reachable(other, exports, 'module') < inExports);
          }
        });
      }
    }
  }

  it('calls no method of an object that only looks like a client', () => {
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
    const object = { apiKey: 'k', getGenerativeModel: () => calls++, startChat: () => calls++ };
    for (const client of [new Vertex(), new Model(), object])
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
    ['a client of another library', { chat: { completions: {} }, models: { list() {} } }],
  ];
  for (const [what, value] of STRANGE) {
    it(`returns ${what}, and warns that it is not traced`, () => {
      assert.equal(instrumentClient(value), value);
      assert.equal(instrumentModule(value), value);
      const said = facts().warnings.filter((text) => text.includes('was given nothing that llmtrace knows'));
      assert.deepEqual(
        said.map((text) => text.split('(', 1)[0]),
        ['instrumentClient', 'instrumentModule'],
      );
    });
  }

  it('makes a fetch of the instrumentation that runs, else of a new one; what is none stays as it is', () => {
    const running = { instrumentFetch: (value: unknown) => value };
    const known = { module: 'http-clients', isEnabled: () => true, self: running };
    const { instrumentations } = facts();
    instrumentations.push(known as never);
    assert.equal(instrumentFetch(fetch), fetch);
    instrumentations.splice(instrumentations.indexOf(known as never), 1);
    const tracedFetch = instrumentFetch(fetch);
    assert.notEqual(tracedFetch, fetch);
    assert.deepEqual(
      [tracedFetch.name, tracedFetch.length, instrumentFetch(tracedFetch)],
      [fetch.name, fetch.length, tracedFetch],
    );
    assert.equal(instrumentFetch('no' as never), 'no');
    // Later tests of this process have instrumentations of their own.
    for (const { module, self } of instrumentations)
      if (module === 'http-clients') (self as HttpClientsInstrumentation).disable();
  });
});
