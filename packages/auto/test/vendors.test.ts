/** All vendors at once, by the environment alone: their metrics over HTTP, and their message content. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { RunResult } from '@llmtrace/test-fixtures/run-app';
import { MODEL_MAP } from '@llmtrace/test-fixtures/server';
import { AUTO, type Stage, setStage } from './stage.ts';

const SECRET = 'xyzzy-4242';
const SAID = ['prompt', 'system', 'result'].map((what) => `${what} ${SECRET}`);
const IMAGE = Buffer.from(`image ${SECRET}`).toString('base64');
const ANSWER = 'The capital of France is Paris.';
const CAPTURE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';

/** A port of loopback without a listener. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** The values of all series of a metric, by their labels. */
const seriesOf = (text: string, name: string): Record<string, number> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`))
      .map((line): [string, number] => {
        const [, labels = '', value = ''] = /\{(.*)\} (\S+)$/.exec(line) ?? [];
        return [labels.replaceAll('"', ''), Number(value)];
      }),
  );

describe('an application that calls all vendors', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  const run = (env: Record<string, string> = {}): Promise<RunResult> =>
    stage.run('apps/vendors.mjs', {
      flags: AUTO,
      env: { VENDOR_URL: stage.vendor.url, SECRET, LLMTRACE_MODEL_MAP: MODEL_MAP, ...env },
    });
  const exported = (): string => stage.collector.posts.map(({ body }) => String(body)).join('\n');
  const logged = (): any[] =>
    stage.collector.posts
      .filter(({ path }) => path === '/v1/logs')
      .flatMap(({ body }) => JSON.parse(String(body)).resourceLogs)
      .flatMap(({ scopeLogs }) => scopeLogs)
      .flatMap(({ logRecords }) => logRecords);
  const OPERATIONS = /^(chat|generate_content) (gpt|claude|gemini)/;
  const answered = () => stage.collector.spans().filter(({ name }) => OPERATIONS.test(name));

  it('has its metrics on a port', async () => {
    const { stdout, stderr } = await run({ LLMTRACE_PROMETHEUS_PORT: await freePort() });
    assert.equal(stderr, '');
    const series = (name: string) => seriesOf(stdout, `llmtrace_${name}`);
    const gpt = 'provider=openai,model=gpt-4.1-mini';
    const claude = 'provider=anthropic,model=claude-haiku-4-5';
    const gemini = 'provider=gcp.gemini,model=gemini-2.5-flash';
    const refused = (provider: string) => `provider=${provider},model=fail-401`;
    assert.deepEqual(series('requests_total'), {
      [gpt]: 5,
      [refused('openai')]: 1,
      'provider=openai,model=text-embedding-3-small': 1,
      [claude]: 3,
      [refused('anthropic')]: 1,
      [gemini]: 7,
      [refused('gcp.gemini')]: 2,
    });
    assert.deepEqual(series('errors_total'), {
      'provider=openai,error_type=auth': 1,
      'provider=anthropic,error_type=auth': 1,
      'provider=gcp.gemini,error_type=auth': 2,
    });
    assert.deepEqual(series('active_requests'), {
      'provider=openai': 0,
      'provider=anthropic': 0,
      'provider=gcp.gemini': 0,
    });
    assert.deepEqual(series('request_duration_seconds_count'), series('requests_total'));
    const spans = answered();
    const sumOnSpans = (of: string, attribute: string): number =>
      spans
        .filter(({ name }) => name.includes(of))
        .reduce((all, { attributes }) => all + Number(attributes[attribute] ?? 0), 0);
    for (const [labels, model] of [
      [gpt, 'gpt'],
      [claude, 'claude'],
      [gemini, 'gemini'],
    ] as const) {
      const [input, output] = ['input', 'output'].map((kind) => series(`${kind}_tokens_total`)[labels] ?? 0);
      assert.equal(input, sumOnSpans(model, 'gen_ai.usage.input_tokens'));
      assert.equal(output, sumOnSpans(model, 'gen_ai.usage.output_tokens'));
      assert.equal(series('tokens_total')[labels], (input ?? 0) + (output ?? 0));
      const cost = series('cost_usd_total')[labels] ?? 0;
      assert.ok(
        cost > 0 && Math.abs(cost - sumOnSpans(model, 'gen_ai.usage.cost')) < 1e-9,
        `${model}: ${cost}`,
      );
      assert.ok((series('stream_chunks_total')[labels] ?? 0) > 2, model);
    }
    const types = Object.fromEntries([...stdout.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, ...of]) => of));
    assert.partialDeepStrictEqual(types, {
      llmtrace_requests_total: 'counter',
      llmtrace_request_duration_seconds: 'histogram',
      llmtrace_tokens_total: 'counter',
      llmtrace_input_tokens_total: 'counter',
      llmtrace_output_tokens_total: 'counter',
      llmtrace_cost_usd_total: 'counter',
      llmtrace_active_requests: 'gauge',
      llmtrace_errors_total: 'counter',
      llmtrace_stream_chunks_total: 'counter',
    });
  });

  it('exports no message content by default', async () => {
    const { stdout, stderr } = await run({
      LLMTRACE_PROMETHEUS_PORT: await freePort(),
      LLMTRACE_LOG: 'json',
      LLMTRACE_CONSOLE: 'true',
      LLMTRACE_RETRY_MAX_RETRIES: '1',
      LLMTRACE_SEMCONV: 'latest',
      OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN: 'logs/dup',
      OTEL_LOG_LEVEL: 'all',
    });
    const all = `${exported()}${stdout}${stderr}`;
    assert.ok(answered().length >= 15, 'spans');
    assert.ok(logged().length >= 15, 'log events');
    assert.match(stderr, /llm request completed/);
    for (const secret of [SECRET, IMAGE, ANSWER]) assert.equal(all.split(secret).length, 1, secret);
  });

  it('has content on spans by an option', async () => {
    await run({ [CAPTURE]: 'SPAN_ONLY' });
    const spans = answered();
    assert.equal(spans.length, 15);
    for (const { name, attributes } of spans) {
      const [input, output] = ['input', 'output'].map((kind) => attributes[`gen_ai.${kind}.messages`]);
      assert.ok(String(input).includes(SAID[0] as string), `${name}: ${input}`);
      const reason = JSON.parse(String(output))[0].finish_reason;
      assert.deepEqual(
        [reason],
        (attributes['gen_ai.response.finish_reasons'] as any).values.map((v: any) => v.stringValue),
      );
    }
    const all = exported();
    for (const said of SAID) assert.ok(all.includes(said), said);
    assert.ok(all.includes(ANSWER));
    assert.ok(!all.includes(IMAGE) && all.includes('llmtrace:omitted;sha256='), 'bytes are left out');
    assert.ok(!all.includes(`sk-${SECRET}`), 'keys are no content');
    assert.ok(!all.includes(`description ${SECRET}`), 'tools are their names');
    assert.ok(logged().every(({ eventName }) => eventName === 'gen_ai.client.operation.exception'));
  });

  it('has content in log events by an option, redacted and cut', async () => {
    await run({
      SECRET: 'jane@example.com',
      [CAPTURE]: 'EVENT_ONLY',
      LLMTRACE_CONTENT_REDACT: 'emails',
      LLMTRACE_CONTENT_MAX_LENGTH: '20',
    });
    assert.ok(answered().every(({ attributes }) => attributes['gen_ai.input.messages'] === undefined));
    const events = logged().filter(({ eventName }) => eventName.endsWith('inference.operation.details'));
    assert.ok(events.length >= 15);
    const all = exported();
    assert.ok(!all.includes('jane@example.com'));
    assert.ok(all.includes('prompt [redacted:em…'));
    for (const { attributes, traceId, severityNumber } of events) {
      assert.equal(severityNumber, 5);
      assert.match(traceId, /^\w{32}$/);
      const input = attributes.find(({ key }: any) => key === 'gen_ai.input.messages');
      assert.ok(input?.value.arrayValue, 'structured');
    }
  });
});
