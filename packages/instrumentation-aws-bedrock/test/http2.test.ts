/** The SDK as applications use it: over HTTP/2, with its own retries, beside the instrumentation of HTTP clients. */
import assert from 'node:assert/strict';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { HttpClientsInstrumentation } from '@llmtrace/instrumentation-http-clients';
import { BEDROCK_TOKENS, frame } from '@llmtrace/test-fixtures/bodies/bedrock';
import { handlerOf } from '@llmtrace/test-fixtures/cases/aws-bedrock';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { startVendorServer } from '@llmtrace/test-fixtures/server';
import { createTelemetry, recordDiag, type Telemetry } from '@llmtrace/test-fixtures/telemetry';
import { AwsBedrockInstrumentation } from '../src/index.ts';

const SDK = { set: 'bedrock-3', package: '@aws-sdk/client-bedrock-runtime', format: 'cjs' } as const;
const MODEL = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const ASK = { modelId: MODEL, messages: [{ role: 'user', content: [{ text: 'hello' }] }] };
const USAGE = { inputTokens: BEDROCK_TOKENS.fresh, outputTokens: BEDROCK_TOKENS.output };

const json = (stream: ServerHttp2Stream, status: number, body: object, headers = {}): void => {
  stream.respond({ ':status': status, 'content-type': 'application/json', ...headers });
  stream.end(JSON.stringify(body));
};

/** Of a family whose body has no usage. */
const UNCOUNTED = 'mistral.mistral-7b-instruct-v0:2';

function answer(stream: ServerHttp2Stream, path: string): void {
  if (path.endsWith('/invoke')) {
    const counts = { 'x-amzn-bedrock-input-token-count': '21', 'x-amzn-bedrock-output-token-count': '7' };
    json(stream, 200, { outputs: [{ text: 'hi', stop_reason: 'stop' }] }, counts);
    return;
  }
  if (!path.endsWith('-stream')) {
    json(stream, 200, {
      output: { message: { role: 'assistant', content: [] } },
      stopReason: 'end_turn',
      usage: USAGE,
    });
    return;
  }
  stream.respond({ ':status': 200, 'content-type': 'application/vnd.amazon.eventstream' });
  stream.write(frame('messageStart', { role: 'assistant' }));
  stream.write(frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'hi' } }));
  stream.write(frame('messageStop', { stopReason: 'end_turn' }));
  stream.end(frame('metadata', { usage: USAGE, metrics: { latencyMs: 1 } }));
}

describe('the client of Bedrock', () => {
  let telemetry: Telemetry;
  let bedrock: AwsBedrockInstrumentation;
  let clients: HttpClientsInstrumentation;
  let exports: any;
  let server: Http2Server;
  let failures = 0;

  const options = (url: string) => ({
    region: 'us-east-1',
    endpoint: url,
    token: { token: 'example' },
    authSchemePreference: ['httpBearerAuth'],
  });
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  before(async () => {
    telemetry = createTelemetry();
    const config = { providerMap: { '127.0.0.1': 'aws.bedrock' } };
    bedrock = telemetry.install(new AwsBedrockInstrumentation(config));
    clients = telemetry.install(new HttpClientsInstrumentation(config));
    ({ exports } = await loadSdk(SDK));
    server = createServer();
    server.on('stream', (stream, headers) => {
      if (failures-- > 0)
        json(stream, 429, { message: 'Too many requests.' }, { 'x-amzn-errortype': 'ThrottlingException' });
      else answer(stream, String(headers[':path']));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(async () => {
    failures = 0;
    await telemetry.reset();
  });
  after(() => {
    bedrock.disable();
    clients.disable();
    server.close();
  });

  it('is traced over HTTP/2, with its region and its price', async () => {
    const client = new exports.BedrockRuntimeClient(options(url()));
    await client.send(new exports.ConverseCommand(ASK));
    let chunks = 0;
    const { stream } = await client.send(new exports.ConverseStreamCommand(ASK));
    for await (const _ of stream) chunks++;
    client.destroy();
    assert.equal(chunks, 4);
    const spans = telemetry.spans();
    assert.deepEqual(
      spans.map(({ name }) => name),
      [`chat ${MODEL}`, `chat ${MODEL}`],
    );
    for (const { attributes } of spans) {
      assert.equal(attributes['gen_ai.provider.name'], 'aws.bedrock');
      assert.equal(attributes['server.address'], '127.0.0.1');
      assert.equal(attributes['gen_ai.usage.input_tokens'], BEDROCK_TOKENS.fresh);
      // $1.10 and $5.50 a million tokens: the profile of a region costs a tenth more than the global one.
      const cost = (BEDROCK_TOKENS.fresh * 1.1 + BEDROCK_TOKENS.output * 5.5) / 1e6;
      assert.ok(Math.abs(Number(attributes['gen_ai.usage.cost']) - cost) < 1e-12, 'cost');
    }
  });

  it('takes the tokens from the headers, where the body of a model has none', async () => {
    const client = new exports.BedrockRuntimeClient(options(url()));
    const body = JSON.stringify({ prompt: 'hello', max_tokens: 10 });
    const answered = await client.send(new exports.InvokeModelCommand({ modelId: UNCOUNTED, body }));
    client.destroy();
    assert.match(Buffer.from(answered.body).toString(), /"text":"hi"/);
    const attributes = telemetry.spans()[0]?.attributes ?? {};
    assert.deepEqual(
      ['gen_ai.request.model', 'gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens'].map(
        (name) => attributes[name],
      ),
      [UNCOUNTED, 21, 7],
    );
  });

  it('is not traced where it has no answer with tokens, which a warning says', async () => {
    const diag = recordDiag();
    const client = new exports.BedrockRuntimeClient(options(url()));
    const command = new exports.StartAsyncInvokeCommand({
      modelId: 'amazon.nova-reel-v1:1',
      modelInput: {},
      outputDataConfig: { s3OutputDataConfig: { s3Uri: 's3://videos' } },
    });
    await client.send(command);
    await client.send(command);
    await client.send(new exports.CountTokensCommand({ modelId: MODEL, input: { converse: ASK } }));
    client.destroy();
    diag.stop();
    assert.deepEqual(
      diag.lines.map(({ text }) => text),
      [
        'llmtrace: calls of @aws-sdk/client-bedrock-runtime (StartAsyncInvoke) are not traced: llmtrace does not know their ' +
          'tokens and cost. Count them by the usage that the vendor reports',
      ],
    );
    assert.deepEqual(telemetry.spans(), []);
  });

  it("counts the SDK's own attempts", async () => {
    failures = 2;
    const client = new exports.BedrockRuntimeClient(options(url()));
    await client.send(new exports.ConverseCommand(ASK));
    client.destroy();
    const [span] = telemetry.spans();
    assert.equal(span?.attributes['http.request.resend_count'], 2);
    assert.equal(span?.attributes['error.type'], undefined);
  });

  it('is traced once, where its requests go through node:http', async () => {
    const vendor = await startVendorServer();
    const requestHandler = new (handlerOf(SDK))();
    const client = new exports.BedrockRuntimeClient({ ...options(vendor.url), requestHandler });
    await client.send(new exports.ConverseCommand(ASK));
    client.destroy();
    await vendor.close();
    assert.deepEqual(
      telemetry.spans().map(({ instrumentationScope }) => instrumentationScope.name),
      ['@llmtrace/instrumentation-aws-bedrock'],
    );
  });

  it('leaves the classes that all clients of AWS share as they are', () => {
    const { BedrockRuntimeClient, __Client } = exports;
    assert.ok(Object.hasOwn(BedrockRuntimeClient.prototype, 'send'));
    assert.notEqual(BedrockRuntimeClient.prototype.send, __Client.prototype.send);
    assert.ok(!String(__Client.prototype.send).includes('lastEnabled'));
  });

  it('sees what others do to those classes later', async () => {
    const { __Client, BedrockRuntimeClient, ConverseCommand } = exports;
    const { send } = __Client.prototype;
    let seen = 0;
    __Client.prototype.send = function (this: unknown, ...args: unknown[]) {
      seen++;
      return send.apply(this, args);
    };
    try {
      const client = new BedrockRuntimeClient(options(url()));
      await client.send(new ConverseCommand(ASK));
      client.destroy();
    } finally {
      __Client.prototype.send = send;
    }
    assert.equal(seen, 1);
    assert.equal(telemetry.spans().length, 1);
  });
});
