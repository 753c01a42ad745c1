/** Attributes of calls without an SDK: a call is recognised late, in the context of the socket, and has its own attributes. */
import assert from 'node:assert/strict';
import { withLlmAttributes } from '@llmtrace/core';
import { startVendorServer, type VendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { HttpClientsInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();

describe('the attributes of calls without an SDK', () => {
  let vendor: VendorServer;
  let instrumentation: HttpClientsInstrumentation;
  before(async () => {
    vendor = await startVendorServer();
    instrumentation = telemetry.install(new HttpClientsInstrumentation());
  });
  beforeEach(() => telemetry.reset());
  after(async () => {
    instrumentation.disable();
    await vendor.close();
  });

  const post = async (path: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${vendor.url}/v1/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    await answer.text();
  };
  const PATHS: [path: string, body: object][] = [
    ['chat/completions', { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] }],
    // Only the answer shows that this request is a model call.
    ['embeddings', { model: 'text-embedding-3-small', input: 'hello' }],
  ];
  for (const [path, body] of PATHS) {
    it(`come from the enclosing function and from the body (${path})`, async () => {
      const tenants = Array.from({ length: 20 }, (_, at) => `t${at}`);
      await Promise.all(
        tenants.map((tenant) =>
          withLlmAttributes({ tenant }, () => post(path, { ...body, user: `u-${tenant}` })),
        ),
      );
      await telemetry.ended();
      const attributes = telemetry
        .spans()
        .map(({ attributes }) => [attributes['llmtrace.tenant.id'], attributes['user.id']]);
      assert.deepEqual(attributes.toSorted(), tenants.map((tenant) => [tenant, `u-${tenant}`]).toSorted());
    });
  }
});
