/** Attributes of calls: from the enclosing function, and from the labels by which Vertex AI bills. */
import assert from 'node:assert/strict';
import { withLlmAttributes } from '@llmtrace/core';
import { type Format, hookVendorModules, loadSdk } from '@llmtrace/test-fixtures/sdks';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { GoogleGenAIInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();

for (const format of ['cjs', 'esm'] as const satisfies Format[]) {
  describe(`attributes (${format})`, () => {
    let vendor: VendorServer;
    let instrumentation: GoogleGenAIInstrumentation;
    let GoogleGenAI: any;
    before(async () => {
      await hookVendorModules();
      vendor = await startVendorServer();
      instrumentation = telemetry.install(new GoogleGenAIInstrumentation());
      ({ GoogleGenAI } = (await loadSdk({ set: 'genai-3', package: '@google/genai', format })).exports);
    });
    beforeEach(() => telemetry.reset());
    after(async () => {
      instrumentation.disable();
      await vendor.close();
    });

    it('are those of the labels of an interaction', async () => {
      const client = new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl: vendor.url } });
      const labels = { tenant: 'acme', team: 'private' };
      await client.interactions.create({ model: 'gemini-2.5-flash', input: 'hello', labels }).catch(() => {});
      const [{ attributes = {} } = {}] = telemetry.spans();
      assert.equal(attributes['llmtrace.tenant.id'], 'acme');
      assert.doesNotMatch(JSON.stringify(attributes), /private/);
    });

    for (const vertexai of [false, true]) {
      it(`are on the span (${vertexai ? 'Vertex AI' : 'Gemini API'})`, async () => {
        const client = new GoogleGenAI({ apiKey: 'test', vertexai, httpOptions: { baseUrl: vendor.url } });
        const config = vertexai ? { labels: { tenant: 'acme', team: 'private' } } : {};
        const call = () =>
          client.models.generateContent({ model: 'gemini-2.5-flash', contents: 'hello', config });
        // The request has the attributes, also if the vendor refuses it.
        await withLlmAttributes({ user: 'ann' }, () => call().catch(() => {}));
        const [{ attributes = {} } = {}] = telemetry.spans();
        assert.deepEqual(
          [attributes['user.id'], attributes['llmtrace.tenant.id']],
          ['ann', vertexai ? 'acme' : undefined],
        );
        assert.doesNotMatch(JSON.stringify(attributes), /private/);
      });
    }
  });
}
