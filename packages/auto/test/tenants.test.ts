/** Whom calls are for, in an application that is not changed but for a few words: its tenants, from first to last. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MODEL_MAP } from '@llmtrace/test-fixtures/server';
import fc from 'fast-check';
import { AUTO, type Stage, setStage } from './stage.ts';

const TENANTS = ['acme', 'initech', 'umbrella'] as const;
const MARKER = 'marker-ann@example.com';

interface Asked {
  tenant: string;
  user: string;
  feature: string;
}

interface Printed {
  answers: [tenant: string, status: number, text: string][];
  usage: { rows: { by: { tenant: string }; calls: number; cost: number }[]; total: { cost: number } };
  metrics: string;
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return String(port);
}

const requests = (count: number): Asked[] => {
  const asked = fc.record({
    tenant: fc.constantFrom(...TENANTS),
    user: fc.constantFrom('ann', 'bob', MARKER),
    feature: fc.constantFrom('chat', 'search'),
  });
  const [sample = []] = fc.sample(fc.array(asked, { minLength: count, maxLength: count }), {
    numRuns: 1,
    seed: 7,
  });
  return sample;
};

/** Sums of a value by tenant, each to the cent. */
function byTenant(entries: readonly (readonly [tenant: unknown, value: unknown])[]): Record<string, string> {
  const sums: Record<string, number> = {};
  for (const [tenant, value] of entries) sums[String(tenant)] = (sums[String(tenant)] ?? 0) + Number(value);
  const rounded = Object.entries(sums).map(([tenant, sum]) => [tenant, sum.toFixed(2)]);
  return Object.fromEntries(rounded.toSorted());
}

const costsIn = (metrics: string): [tenant: string, cost: number][] =>
  [...metrics.matchAll(/^llmtrace_cost_usd_total\{.*tenant_id="(\w+)".*\} (\S+)$/gm)].map(
    ([, tenant = '', cost]) => [tenant, Number(cost)],
  );

describe('an application with tenants', () => {
  let stage: Stage;
  let folder: string;
  before(async () => {
    stage = await setStage();
    folder = mkdtempSync(join(tmpdir(), 'llmtrace-tenants-'));
    // One call costs some dollars, so that cents show an error.
    const price = { inputPer1M: 101_003, outputPer1M: 404_007, provider: 'openai' };
    writeFileSync(join(folder, 'prices.json'), JSON.stringify({ 'gpt-4o-mini': price }));
  });
  beforeEach(() => stage.clear());
  after(async () => {
    rmSync(folder, { recursive: true });
    await stage.close();
  });

  async function run(format: string, asked: Asked[], env: Record<string, string> = {}) {
    const { code, stdout, stderr } = await stage.run(`apps/tenants/app.${format}`, {
      flags: AUTO,
      env: {
        REQUESTS: JSON.stringify(asked),
        LLMTRACE_PROMETHEUS_PORT: await freePort(),
        LLMTRACE_METRIC_ATTRIBUTES: 'tenant.id,feature',
        LLMTRACE_MODEL_MAP: MODEL_MAP,
        LLMTRACE_PRICES: join(folder, 'prices.json'),
        LLMTRACE_LOG: 'json',
        ...env,
      },
    });
    assert.equal(code, 0, stderr);
    const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
    const log: Record<string, any>[] = lines.map((line) => JSON.parse(line));
    const spans = stage.collector.spans().map(({ attributes }) => attributes);
    const printed = stdout.split('\n').find((line) => line.startsWith('{"answers"')) ?? '';
    return { ...(JSON.parse(printed) as Printed), log, spans, stdout, stderr };
  }

  for (const format of ['mjs', 'cjs']) {
    it(`agrees on their costs everywhere, and mixes none of 500 concurrent requests (.${format})`, async () => {
      const asked = requests(500);
      const { answers, usage, metrics, log, spans } = await run(format, asked);
      assert.ok(answers.every(([, status]) => status === 200));
      for (const span of spans) {
        const { tenant, user, feature } = asked[Number(span['gen_ai.request.max_tokens']) - 1] as Asked;
        const found = [span['llmtrace.tenant.id'], span['user.id'], span['llmtrace.feature']];
        assert.deepEqual(found, [tenant, user, feature]);
      }
      assert.equal(spans.length, 500);
      const expected = byTenant(spans.map((span) => [span['llmtrace.tenant.id'], span['gen_ai.usage.cost']]));
      assert.deepEqual(Object.keys(expected), [...TENANTS]);
      assert.ok(
        Object.values(expected).every((sum) => Number(sum) > 100),
        JSON.stringify(expected),
      );
      const ends = log.filter(({ msg }) => msg === 'llm request completed');
      assert.deepEqual(byTenant(usage.rows.map(({ by, cost }) => [by.tenant, cost])), expected);
      assert.deepEqual(byTenant(costsIn(metrics)), expected);
      assert.deepEqual(byTenant(ends.map(({ tenant_id, cost_usd }) => [tenant_id, cost_usd])), expected);
      assert.doesNotMatch(metrics, /user_id|hidden/);
    });
  }

  it('refuses the tenant alone whose budget is spent', async () => {
    const times = (tenant: string, count: number): Asked[] =>
      Array.from({ length: count }, () => ({ tenant, user: 'ann', feature: 'search' }));
    const asked = [...times('acme', 20), ...times('initech', 1), ...times('umbrella', 1)];
    // A call costs some 2 USD, and reserves more.
    const budget = { LLMTRACE_BUDGET_USD: '20', LLMTRACE_BUDGET_KEY: 'tenant' };
    const { answers, metrics } = await run('mjs', asked, budget);
    const refused = answers.filter(([, status]) => status === 402);
    assert.ok(refused.length > 0 && refused.length < 20, String(refused.length));
    assert.ok(
      refused.every(([tenant, , text]) => tenant === 'acme' && text === 'budget_exceeded tenant=acme'),
      JSON.stringify(refused),
    );
    assert.match(metrics, /llmtrace_budget_spent_usd\{.*key="tenant=acme".*\}/);
  });

  it('shows no user whose id is to be hashed', async () => {
    const env = {
      LLMTRACE_HASH_ATTRIBUTES: 'user',
      LLMTRACE_HASH_SALT: 'secret',
      LLMTRACE_METRIC_ATTRIBUTES: 'user,feature',
      LLMTRACE_BUDGET_USD: '5',
      LLMTRACE_BUDGET_KEY: 'user',
      LLMTRACE_SEMCONV: 'latest',
      LLMTRACE_CONSOLE: 'true',
      OTEL_LOG_LEVEL: 'debug',
    };
    const { stdout, stderr, spans } = await run('mjs', requests(60), env);
    const posted = stage.collector.posts.map(({ body }) => body.toString()).join('\n');
    for (const text of [stdout, stderr, posted]) {
      assert.ok(text.includes('f2536b87684d8b23bb00c5e72a4dc401'));
      assert.ok(!/marker-ann/.test(text), text.match(/.{300}marker-ann.{100}/)?.[0]);
    }
    assert.ok(spans.length > 0);
  });
});
