import { llmChai, recordTelemetry, startFakeVendors } from '@llmtrace/testing';
import { expect, use } from 'chai';
import { client, nameTree } from './trees.mjs';

use(llmChai);

describe('trees', () => {
  let vendors;
  let telemetry;
  before(async () => {
    vendors = await startFakeVendors();
    client.baseURL = vendors.urls.openai;
    telemetry = recordTelemetry({ clients: [client], vendors });
  });
  after(() => vendors.close());

  it('names a tree', async () => {
    vendors.reply({ text: 'Oak', usage: { input: 12, output: 3 } });
    expect(await nameTree()).to.equal('Oak');
    expect(telemetry).to.have.llmCall({ model: 'gpt-4.1-mini', tokens: 15, cost: 0.0000096 });
    expect(telemetry).not.to.have.llmCall({ outcome: 'failed' });
  });
});
