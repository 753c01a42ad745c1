import assert from 'node:assert/strict';
import { AUTO, type ExportedSpan, type Stage, setStage } from '../stage.ts';

const CALLS = 'gen_ai.client.operation.duration';

/** A host's two calls in its own span, as an exporter got them. */
const work = (model: string) => [`embeddings ${model}`, `embeddings ${model}`, `work ${model}`];

describe('whose telemetry it becomes', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  const host = (...args: string[]) => hostWith({}, ...args);
  async function hostWith(env: Record<string, string>, ...args: string[]) {
    const { code, stdout, stderr } = await stage.run('apps/host.mjs', { args, flags: AUTO, env });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    const { spans, counts, warned } = JSON.parse(stdout);
    return { names: namesOf(spans), spans, counts, warned };
  }

  /** An endpoint without effect; llmtrace warns of it. */
  const assertNamed = (warned: string[]) => {
    assert.equal(warned.length, 1);
    assert.match(
      warned[0] ?? '',
      /OTEL_EXPORTER_OTLP_ENDPOINT is set, but spans go to \w*TracerProvider \(set up by \S*host\.mjs\).*LLMTRACE_EXPORT=both/,
    );
  };

  const namesOf = (spans: { name: string }[]) => spans.map(({ name }) => name);
  const nested = (spans: { id: string; parent?: string; name: string }[]) =>
    spans.every(({ name, parent }) => name.startsWith('work') || spans.some(({ id }) => id === parent));

  it("is llmtrace's where OpenTelemetry is not set up, the application's own spans included", async () => {
    const { spans, warned } = await host('never');
    assert.deepEqual({ spans, warned }, { spans: [], warned: [] });
    const exported: ExportedSpan[] = stage.collector.spans();
    assert.deepEqual(namesOf(exported).sort(), [...work('first'), ...work('second')].sort());
    assert.ok(
      nested(exported.map((span) => ({ ...span, id: span.spanId, parent: span.parentSpanId ?? '' }))),
    );
    assert.equal(new Set(exported.map(({ traceId }) => traceId)).size, 2);
    assert.ok(stage.collector.metrics().includes(CALLS));
  });

  it("is the application's where it set OpenTelemetry up before its calls", async () => {
    const { names, spans, counts, warned } = await host('early');
    assert.deepEqual(names, [...work('first'), ...work('second')]);
    assert.ok(nested(spans));
    assert.equal(counts[CALLS], 2); // the first of the two models
    assertNamed(warned);
    assert.deepEqual(stage.collector.posts, []);
  });

  it("becomes the application's when it sets OpenTelemetry up between its calls, and it is not refused", async () => {
    const { names, spans, counts, warned } = await host('late');
    assert.deepEqual(names, work('second'));
    assert.ok(nested(spans));
    assert.equal(counts[CALLS], 2);
    assertNamed(warned);
    assert.deepEqual(namesOf(stage.collector.spans()), work('first'));
    assert.ok(stage.collector.metrics().includes(CALLS));
  });

  it("is the application's where its OpenTelemetry is of the 3.x line", async function () {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major < 22 || (major === 22 && minor < 15)) return this.skip();
    const { names, spans, warned } = await host('early', 'otel-3');
    assert.deepEqual(names, [...work('first'), ...work('second')]);
    assert.ok(nested(spans));
    assertNamed(warned);
    assert.deepEqual(stage.collector.spans(), []);
  });

  it("is the application's and llmtrace's with LLMTRACE_EXPORT=both, and both get the same spans", async () => {
    const { names, spans, counts, warned } = await hostWith({ LLMTRACE_EXPORT: 'both' }, 'early');
    assert.deepEqual(names, [...work('first'), ...work('second')]);
    assert.equal(counts[CALLS], 2);
    assert.deepEqual(warned, []);
    const calls = spans.filter(({ name }: { name: string }) => name.startsWith('embeddings'));
    const exported = stage.collector.spans();
    assert.deepEqual(
      exported.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]),
      calls.map(({ id, parent }: { id: string; parent: string }) => [id, parent]),
    );
    assert.ok(stage.collector.metrics().includes(CALLS));
  });

  it('is one span a call where the application has the instrumentations in its own SDK, too', async () => {
    for (const flags of [AUTO, ['--import', '@llmtrace/auto/hook']]) {
      const { code, stdout, stderr } = await stage.runBare('../examples/own-sdk.mjs', { flags });
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
      assert.deepEqual(stdout.match(/name: 'chat gpt-4.1-mini'/g)?.length, 1);
    }
  });
});
