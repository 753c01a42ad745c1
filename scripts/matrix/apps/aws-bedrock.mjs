// The calls of the smoke test's application: one plain, one streamed. `run` returns whether it got their results.
import { NodeHttpHandler } from '@smithy/node-http-handler';

export async function run({ BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand }) {
  const client = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME,
    // The tests' vendor server supports HTTP/1.1 only.
    requestHandler: new NodeHttpHandler(),
    token: { token: 'example' },
    authSchemePreference: ['httpBearerAuth'],
  });
  const ask = {
    modelId: 'amazon.nova-lite-v1:0',
    messages: [{ role: 'user', content: [{ text: 'hello' }] }],
  };
  const { usage } = await client.send(new ConverseCommand(ask));
  let chunks = 0;
  for await (const _ of (await client.send(new ConverseStreamCommand(ask))).stream) chunks++;
  client.destroy();
  return usage.totalTokens > 0 && chunks > 1;
}
