/** Decisions by TypeSafe's protocol and through Vercel's gateway: each is one span, with its tokens. */
import assert from 'node:assert/strict';
import { createTelemetry } from '@llmtrace/test-fixtures';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { HttpClientsInstrumentation } from '../src/index.ts';

const questions = { isUrgent: { type: 'noul', instructions: 'Is it urgent?' } };
const answers = { isUrgent: { type: 'noul', noul: 0.9 } };
const asked = { model: 'jev-latest', state: 'The shop is down.', questions };
const usage = { input_tokens: 1000, output_tokens: 4 };
const decided = { model: 'jev-1', answers, usage };
const gateway = {
  'ai-decision-model-specification-version': '4',
  'ai-model-id': 'openai/gpt-6-luna',
};
const stateParts = [{ type: 'text', text: asked.state }];
const byGateway = {
  answers,
  model: 'gpt-6-luna',
  usage: { inputTokens: 1000, outputTokens: 4 },
  providerMetadata: { gateway: { cost: '0.0001' } },
};

interface Row {
  readonly path: string;
  readonly body: object;
  readonly answer: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly provider?: string;
  readonly model?: string;
  readonly cost?: number;
}

const ROWS: Readonly<Record<string, Row>> = {
  'by System One': { path: '/v1/systemone', body: asked, answer: decided },
  'by System One at the path of decisions': { path: '/v1/decisions', body: asked, answer: decided },
  'whose cost is stated': {
    ...{ path: '/api/v1/systemone', body: asked, cost: 0.000042 },
    answer: { ...decided, usage: { ...usage, cost: 0.000042 } },
  },
  "through Vercel's gateway": {
    ...{ path: '/v4/ai/decision-model', body: { stateParts, questions }, headers: gateway, cost: 0.0001 },
    ...{ answer: byGateway, provider: 'vercel_ai_gateway', model: 'openai/gpt-6-luna' },
  },
};

describe('a decision', () => {
  const telemetry = createTelemetry();
  let server: Loopback;
  let answer: object;
  let status = 200;
  let instrumentation: HttpClientsInstrumentation;
  before(async () => {
    server = await serve((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
    });
    instrumentation = telemetry.install(
      new HttpClientsInstrumentation({ content: { capture: 'SPAN_ONLY' } }),
    );
  });
  beforeEach(() => telemetry.reset());
  after(async () => {
    instrumentation.disable();
    await server.close();
  });

  async function post({ path, body, headers = {} }: Row): Promise<void> {
    const all = { 'content-type': 'application/json', ...headers };
    await (
      await fetch(server.url + path, { method: 'POST', headers: all, body: JSON.stringify(body) })
    ).text();
    await telemetry.ended();
  }

  for (const [what, row] of Object.entries(ROWS)) {
    it(`${what} has its tokens`, async () => {
      answer = row.answer;
      await post(row);
      const [span, ...others] = telemetry.spans();
      assert.equal(others.length, 0);
      const { model = asked.model, provider = 'typesafe', cost } = row;
      assert.equal(span?.name, `generate_content ${model}`);
      assert.equal(span.attributes['gen_ai.provider.name'], provider);
      assert.equal(span.attributes['gen_ai.usage.input_tokens'], 1000);
      assert.equal(span.attributes['gen_ai.usage.output_tokens'], 4);
      assert.equal(span.attributes['gen_ai.usage.cost'], cost);
    });
  }

  it('is a call though it fails', async () => {
    status = 429;
    answer = { error: { message: 'slow down' } };
    await post(ROWS['by System One'] as Row);
    status = 200;
    assert.equal(telemetry.spans()[0]?.attributes['http.response.status_code'], 429);
  });

  it('has its content where that is recorded', async () => {
    answer = decided;
    await post(ROWS['by System One'] as Row);
    const { attributes = {} } = telemetry.spans()[0] ?? {};
    assert.match(String(attributes['gen_ai.input.messages']), /The shop is down/);
    assert.match(String(attributes['gen_ai.output.messages']), /isUrgent/);
  });
});
