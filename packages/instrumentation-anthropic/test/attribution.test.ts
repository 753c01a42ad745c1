/** Attributes and hooks, also on spans that the SDK itself makes. */
import assert from 'node:assert/strict';
import { withLlmAttributes, withLlmOptions } from '@llmtrace/core';
import { type Format, hookVendorModules, loadSdk } from '@llmtrace/test-fixtures/sdks';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { trace } from '@opentelemetry/api';
import { AnthropicInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();
const body = { model: 'claude-haiku-4-5', max_tokens: 9, messages: [{ role: 'user', content: 'hello' }] };

for (const [set, format] of [
  ['anthropic-0.60', 'cjs'],
  ['anthropic-1', 'cjs'],
  ['anthropic-1', 'esm'],
] as const satisfies [string, Format][]) {
  describe(`attributes and hooks (${set}, ${format})`, () => {
    let vendor: VendorServer;
    let instrumentation: AnthropicInstrumentation;
    let client: any;
    before(async () => {
      trace.setGlobalTracerProvider(telemetry.tracerProvider);
      await hookVendorModules();
      vendor = await startVendorServer();
      instrumentation = telemetry.install(
        new AnthropicInstrumentation({
          startSpanHook: () => ({ 'app.start': true }),
          requestHook: (span) => span.setAttribute('app.request', true),
          responseHook: (span, { outcome }) => span.setAttribute('app.response', String(outcome)),
        }),
      );
      const { exports } = await loadSdk({ set, package: '@anthropic-ai/sdk', format });
      client = new exports.Anthropic({ apiKey: 'sk-test', baseURL: vendor.url, maxRetries: 0 });
    });
    beforeEach(() => telemetry.reset());
    after(async () => {
      trace.disable();
      instrumentation.disable();
      await vendor.close();
    });

    for (const stream of [false, true]) {
      it(`are on the one span of a call (${stream ? 'stream' : 'plain'})`, async () => {
        const request = { ...body, stream, metadata: { user_id: 'ann' } };
        await withLlmAttributes({ tenant: 'acme' }, () =>
          withLlmOptions({ name: 'greeting' }, async () => {
            const answer = await client.messages.create(request);
            if (stream) for await (const _ of answer);
          }),
        );
        await telemetry.ended();
        const [span, ...others] = telemetry.spans();
        const { attributes = {}, name } = span ?? {};
        assert.deepEqual(others, []);
        assert.deepEqual(
          [name, attributes['user.id'], attributes['llmtrace.tenant.id']],
          ['greeting', 'ann', 'acme'],
        );
        const hooks = ['app.start', 'app.request', 'app.response'].map((key) => attributes[key]);
        assert.deepEqual(hooks, [true, true, 'completed']);
      });
    }
  });
}
