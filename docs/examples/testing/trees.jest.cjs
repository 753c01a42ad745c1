const { llmMatchers, recordTelemetry, startFakeVendors } = require('@llmtrace/testing');
const { client, nameTree } = require('./trees.cjs');

expect.extend(llmMatchers);

let vendors;
let telemetry;
beforeAll(async () => {
  vendors = await startFakeVendors();
  client.baseURL = vendors.urls.openai;
  telemetry = recordTelemetry({ clients: [client], vendors });
});
afterAll(() => vendors.close());

test('names a tree', async () => {
  vendors.reply({ text: 'Oak', usage: { input: 12, output: 3 } });
  expect(await nameTree()).toBe('Oak');
  expect(telemetry).toHaveLlmCall({ model: 'gpt-4.1-mini', tokens: 15, cost: 0.0000096 });
  expect(telemetry).not.toHaveLlmCall({ outcome: 'failed' });
});
