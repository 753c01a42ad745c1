/** An application that takes the raw answers of SDKs as streams sees the same, and its calls have their tokens. */
import assert from 'node:assert/strict';
import type { RunResult } from '@llmtrace/test-fixtures/run-app';
import { MODEL_MAP } from '@llmtrace/test-fixtures/server';
import { AUTO, type ExportedSpan, olderNode, type Stage, setStage } from './stage.ts';

const SETS = [
  'openai-4-oldest',
  'openai-4',
  'openai-5',
  'openai-6',
  'openai-7',
  'anthropic-0.30',
  'anthropic-0.60',
  'anthropic-0.133',
  'anthropic-0',
  'anthropic-1',
];
/** Those that use node-fetch, whose bodies are streams of Node.js: nothing that leaves such a body stops its request. */
const NODE_FETCH = /^(?:openai-4|anthropic-0\.30)/;
/** Those that trace themselves: the call is the span that the SDK has started. */
const SELF_TRACED = /^anthropic-[01]$/;
const SDK_SCOPE = 'com.anthropic.sdk.typescript';
/** The tokens of input and output of the vendors' answers. */
const TOKENS = { openai: [1346, 214], anthropic: [1546, 214] };

interface End {
  readonly outcome?: string | undefined;
  readonly error?: string;
  readonly isUnseen?: boolean;
}

/** How the call of a row ends that does not read a stream to its end. */
function endOf(row: string, set: string): End {
  const isNodeFetch = NODE_FETCH.test(set);
  const ends: Record<string, End> = {
    broken: { outcome: 'failed', error: 'UND_ERR_SOCKET' },
    errorWithin: { outcome: 'failed', error: set.startsWith('openai') ? 'server_error' : 'overloaded_error' },
    cancelled: { outcome: 'cancelled' },
    left: { outcome: isNodeFetch ? 'abandoned' : 'cancelled' },
    aborted: { outcome: 'cancelled' },
    unread: { outcome: 'abandoned' },
    ownFetch: { outcome: 'completed', isUnseen: true },
    late: { outcome: 'completed', isUnseen: true },
  };
  return ends[row] ?? { outcome: row === 'whole' ? undefined : 'completed' };
}

/** Of a call that the application has not read to its end, the input may be known. */
const isWhole = ({ outcome = 'completed', isUnseen }: End): boolean => outcome === 'completed' && !isUnseen;

function expectSpan({ name, scope, attributes }: ExportedSpan, set: string, row: string): void {
  const vendor = set.startsWith('openai') ? 'openai' : 'anthropic';
  const end = endOf(row, set);
  const what = `${set} ${row}`;
  assert.equal(name, vendor === 'openai' ? 'chat gpt-4o-mini' : 'chat claude-haiku-4-5', what);
  assert.equal(scope, SELF_TRACED.test(set) ? SDK_SCOPE : `@llmtrace/instrumentation-${vendor}`, what);
  assert.equal(attributes['llmtrace.stream.outcome'], end.outcome, what);
  assert.equal(attributes['error.type'], end.error, what);
  assert.equal(attributes['llmtrace.response.unseen'], end.isUnseen, what);
  assert.equal(attributes['http.request.resend_count'], row === 'retriesOnce' ? 1 : undefined, what);
  if (isWhole(end)) expectWhole(attributes, vendor, row, what);
  else assert.equal(attributes['gen_ai.usage.output_tokens'], undefined, what);
}

function expectWhole(
  attributes: ExportedSpan['attributes'],
  vendor: keyof typeof TOKENS,
  row: string,
  what: string,
): void {
  const { 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': output } = attributes;
  assert.deepEqual([input, output].map(Number), TOKENS[vendor], what);
  assert.ok(Number(attributes['gen_ai.usage.cost']) > 0, what);
  assert.ok(attributes['gen_ai.response.finish_reasons'], what);
  assert.ok(attributes['gen_ai.response.model'], what);
  // Of Anthropic's events the `ping` is no chunk.
  const chunks = vendor === 'openai' ? 9 : 11;
  assert.equal(attributes['llmtrace.stream.chunks'], row === 'whole' ? undefined : chunks, what);
  assert.equal('gen_ai.response.time_to_first_chunk' in attributes, row !== 'whole', what);
}

/** Without the lines by which Node.js begins and ends a warning. */
const warningsOf = ({ stderr }: RunResult): string[] =>
  stderr.split('\n').flatMap((line) => /llmtrace: (.*)$/.exec(line)?.[1] ?? []);

describe('raw answers that are taken as streams', function () {
  this.timeout(120_000);
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  async function runBoth(node: string, format: string, env: Record<string, string> = {}): Promise<RunResult> {
    const options = {
      node,
      args: [format, ...SETS],
      env: { VENDOR_URL: stage.vendor.url, LLMTRACE_MODEL_MAP: MODEL_MAP, ...env },
    };
    const bare = await stage.runBare('apps/raw-bodies.mjs', { ...options, flags: ['--expose-gc'] });
    assert.equal(bare.code, 0, bare.stderr);
    stage.clear();
    const traced = await stage.run('apps/raw-bodies.mjs', { ...options, flags: ['--expose-gc', ...AUTO] });
    assert.deepEqual(traced.stdout.split('\n'), bare.stdout.split('\n'));
    assert.equal(traced.code, 0);
    return traced;
  }

  const rowsOf = ({ stdout }: RunResult): [set: string, row: string][] =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  const older = process.env['TEST_NODE'] ? undefined : olderNode();
  const nodes = [process.env['TEST_NODE'] ?? process.execPath, ...(older ? [older] : [])];
  function expectTokens(traced: RunResult): void {
    const spans = stage.collector.spans();
    const rows = rowsOf(traced);
    assert.equal(spans.length, rows.length);
    for (const [set, row] of rows) {
      const [span, ...others] = spans.filter((one) => one.attributes['user.id'] === `${set} ${row}`);
      assert.ok(span && others.length === 0, `spans of ${set} ${row}`);
      expectSpan(span, set, row);
    }
    const warnings = warningsOf(traced);
    assert.equal(warnings.length, 2, traced.stderr);
    for (const warning of warnings) assert.match(warning, /llmtrace\.response\.unseen.*own fetch/);
  }

  for (const node of nodes)
    for (const format of ['cjs', 'esm'])
      it(`have their tokens (${format}, ${node === older ? 'an older Node.js' : 'this Node.js'})`, async () =>
        expectTokens(await runBoth(node, format)));

  it('have their tokens where llmtrace repeats requests, asks for usage and captures content', async () => {
    const env = {
      LLMTRACE_RETRY: 'true',
      LLMTRACE_RETRY_INITIAL_INTERVAL: '5',
      LLMTRACE_REQUEST_STREAM_USAGE: 'true',
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_ONLY',
    };
    expectTokens(await runBoth(process.env['TEST_NODE'] ?? process.execPath, 'cjs', env));
  });

  it('are marked, with one warning that names the cure, where their requests are not seen', async () => {
    const node = process.env['TEST_NODE'] ?? process.execPath;
    const traced = await runBoth(node, 'cjs', { LLMTRACE_INSTRUMENTATIONS: 'openai' });
    const spans = stage.collector.spans().filter(({ scope }) => scope !== SDK_SCOPE);
    assert.equal(spans.length, rowsOf(traced).filter(([set]) => set.startsWith('openai')).length);
    for (const { attributes } of spans) {
      const [, row = ''] = String(attributes['user.id']).split(' ');
      const isRead = /^(?:text|lookThenText|copyThenBody|lookThenParsed|dataAlone|lookThenData)$/.test(row);
      assert.equal(attributes['gen_ai.usage.output_tokens'] !== undefined, isRead, row);
      assert.equal(
        attributes['llmtrace.response.unseen'],
        isRead || row === 'unread' ? undefined : true,
        row,
      );
    }
    const warnings = warningsOf(traced);
    assert.equal(warnings.length, 1, traced.stderr);
    assert.match(warnings[0] ?? '', /Switch @llmtrace\/instrumentation-http-clients on/);
  });
});
