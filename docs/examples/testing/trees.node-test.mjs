import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertLlmCall, recordTelemetry, startFakeVendors } from '@llmtrace/testing';
import { client, nameTree } from './trees.mjs';

let vendors;
let telemetry;
before(async () => {
  vendors = await startFakeVendors();
  client.baseURL = vendors.urls.openai;
  telemetry = recordTelemetry({ clients: [client], vendors });
});
after(() => vendors.close());

test('names a tree', async () => {
  vendors.reply({ text: 'Oak', usage: { input: 12, output: 3 } });
  assert.equal(await nameTree(), 'Oak');
  assertLlmCall(telemetry, { model: 'gpt-4.1-mini', tokens: { input: 12, output: 3 }, cost: 0.0000096 });
});

test('fails as the vendor does', async () => {
  vendors.reply({ status: 429, headers: { 'retry-after': '1' } });
  await assert.rejects(nameTree(), { status: 429 });
  assertLlmCall(telemetry, { outcome: 'failed', errorType: 'rate_limit', times: 1 });
});
