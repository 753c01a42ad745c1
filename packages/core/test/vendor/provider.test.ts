import assert from 'node:assert/strict';
import { originOf } from '../../src/vendor/provider.ts';

describe('the origin of a client', () => {
  const cases: [baseURL: string, provider: string, address: string, port: number][] = [
    ['https://api.openai.com/v1', 'openai', 'api.openai.com', 443],
    ['https://eu.api.openai.com/v1', 'openai', 'eu.api.openai.com', 443],
    ['https://my-org.openai.azure.com/openai', 'azure.ai.openai', 'my-org.openai.azure.com', 443],
    ['https://r.services.ai.azure.com/openai/v1', 'azure.ai.openai', 'r.services.ai.azure.com', 443],
    ['https://r.services.ai.azure.com/models', 'azure.ai.inference', 'r.services.ai.azure.com', 443],
    [
      'https://bedrock-runtime.us-east-1.amazonaws.com',
      'aws.bedrock',
      'bedrock-runtime.us-east-1.amazonaws.com',
      443,
    ],
    ['https://bedrock-mantle.us-west-2.api.aws/v1', 'aws.bedrock', 'bedrock-mantle.us-west-2.api.aws', 443],
    [
      'https://us-central1-aiplatform.googleapis.com',
      'gcp.vertex_ai',
      'us-central1-aiplatform.googleapis.com',
      443,
    ],
    ['https://aiplatform.us.rep.googleapis.com', 'gcp.vertex_ai', 'aiplatform.us.rep.googleapis.com', 443],
    [
      'https://generativelanguage.googleapis.com/v1beta',
      'gcp.gemini',
      'generativelanguage.googleapis.com',
      443,
    ],
    ['https://api.groq.com/openai/v1', 'groq', 'api.groq.com', 443],
    ['https://openrouter.ai/api/v1', 'openrouter', 'openrouter.ai', 443],
    ['http://localhost:11434/v1', 'vendor', 'localhost', 11434],
    ['http://[::1]/v1', 'vendor', '[::1]', 80],
    // hosts that only look like a vendor's
    ['https://api.openai.com.example.org/v1', 'vendor', 'api.openai.com.example.org', 443],
    ['https://notapi.groq.com.evil.test', 'vendor', 'notapi.groq.com.evil.test', 443],
    ['https://xapi.openai.com/v1', 'vendor', 'xapi.openai.com', 443],
  ];
  for (const [baseURL, provider, address, port] of cases) {
    it(`is ${provider} at ${address}:${port} for ${baseURL}`, () => {
      const origin = originOf(baseURL, undefined, 'vendor', {});
      assert.equal(origin.provider, provider);
      assert.deepEqual(origin.server, { address, port });
    });
  }

  it('follows the class of the client if that names the provider', () => {
    assert.equal(
      originOf('http://127.0.0.1:1/openai', 'azure.ai.openai', 'openai', {}).provider,
      'azure.ai.openai',
    );
  });

  it('follows the user before all else, by host or by host and port', () => {
    const map = { 'gateway.test': 'groq', 'gateway.test:8443': 'deepseek' };
    assert.equal(originOf('https://gateway.test/v1', 'azure.ai.openai', 'openai', map).provider, 'groq');
    assert.equal(originOf('https://gateway.test:8443/v1', undefined, 'openai', map).provider, 'deepseek');
  });

  it('has no server where there is no usable base URL', () => {
    const origin = {
      provider: 'openai',
      server: undefined,
      priceProvider: 'openai',
      region: undefined,
      readsHeaders: false,
    };
    assert.deepEqual(originOf('not a url', undefined, 'openai', {}), origin);
    assert.deepEqual(originOf(undefined, undefined, 'openai', {}), origin);
  });

  it('has no prices at an unknown host, unless the class or the user names a provider', () => {
    const pricesAt = (known?: string, map = {}) =>
      originOf('http://localhost:1234/v1', known, 'openai', map).priceProvider;
    assert.equal(pricesAt(), undefined);
    assert.equal(pricesAt('aws.bedrock'), 'aws.bedrock');
    assert.equal(pricesAt(undefined, { localhost: 'groq' }), 'groq');
  });
});
