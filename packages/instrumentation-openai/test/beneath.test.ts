/** Wrappers that other libraries added before llmtrace: they see the SDK's own results. */
import assert from 'node:assert/strict';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { OpenAIInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();
const messages = [{ role: 'user', content: 'hello' }];

describe('a wrapper beneath', () => {
  let vendor: VendorServer;
  let client: any;
  let instrumentation: OpenAIInstrumentation;
  let recovers = true;

  before(async () => {
    vendor = await startVendorServer();
    const { exports } = await loadSdk({ set: 'openai-5', package: 'openai', format: 'cjs' });
    client = new exports.OpenAI({ apiKey: 'sk-test', baseURL: `${vendor.url}/v1`, maxRetries: 0 });
    const completions = exports.OpenAI.Chat.Completions.prototype;
    const { create } = completions;
    // It stays: to put `create` back would remove llmtrace's own wrapper from a copy that other specs of the process share.
    completions.create = function (this: unknown, ...args: unknown[]) {
      const answer = create.apply(this, args);
      return recovers ? answer.then(undefined, () => 'recovered') : answer;
    };
    instrumentation = telemetry.install(new OpenAIInstrumentation());
    instrumentation.instrumentModule(exports);
  });
  beforeEach(() => telemetry.reset());
  after(async () => {
    instrumentation.disable();
    recovers = false;
    await vendor.close();
  });

  it('may recover from an error: the call has then not failed', async () => {
    assert.equal(await client.chat.completions.create({ model: 'fail-401', messages }), 'recovered');
    assert.deepEqual(
      telemetry.spans().map(({ attributes }) => attributes['error.type']),
      [undefined],
    );
  });
});
