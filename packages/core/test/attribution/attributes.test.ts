/** The sources of attributes, their precedence, and wrong values. */
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { recordDiag, useAsyncContext } from '@llmtrace/test-fixtures/telemetry';
import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import fc from 'fast-check';
import { getLlmAttributes, withLlmAttributes } from '../../src/attribution/attributes.ts';
import { ATTRIBUTION_DEFAULTS, type AttributionOptions } from '../../src/attribution/options.ts';
import { attributionOf } from '../../src/attribution/resolve.ts';
import { attributeNamed, fieldName, type LlmAttributes, spanAttribute } from '../../src/model/attributes.ts';

const attributionBy = (options: AttributionOptions = {}) =>
  attributionOf({ ...ATTRIBUTION_DEFAULTS, salt: undefined, ...options });

const present = (attributes: LlmAttributes): object => JSON.parse(JSON.stringify(attributes));

const withBaggage = (entries: Record<string, string>) =>
  propagation.setBaggage(
    context.active(),
    propagation.createBaggage(
      Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, { value }])),
    ),
  );

describe('attributes', () => {
  before(useAsyncContext);

  it('come from the functions around a call, the innermost first', () => {
    const inner = withLlmAttributes({ tenant: 'acme', user: 7, tags: ['a'] }, () =>
      withLlmAttributes({ user: 'ann', extra: { 'app.plan': 'pro' } }, getLlmAttributes),
    );
    assert.deepEqual(present(inner), {
      user: 'ann',
      tenant: 'acme',
      tags: ['a'],
      extra: { 'app.plan': 'pro' },
    });
    assert.deepEqual(getLlmAttributes(), {});
  });

  it('do not change what the function returns or throws', async () => {
    assert.equal(
      withLlmAttributes({}, () => 5),
      5,
    );
    const error = new Error('no');
    assert.throws(
      () =>
        withLlmAttributes({ user: 'ann' }, () => {
          throw error;
        }),
      error,
    );
    assert.deepEqual(getLlmAttributes(), {});
  });

  const SOURCES: [title: string, set: LlmAttributes, request: LlmAttributes, expected: object][] = [
    ['set before asked', { user: 'set' }, { user: 'asked' }, { user: 'set', session: 'carried' }],
    ['asked before carried', {}, { session: 'asked' }, { user: 'carried', session: 'asked' }],
    ['carried at last', {}, {}, { user: 'carried', session: 'carried' }],
  ];
  for (const [title, set, request, expected] of SOURCES) {
    it(`have several sources: ${title}`, () => {
      const at = withBaggage({ 'user.id': 'carried', 'session.id': 'carried', other: 'no' });
      context.with(at, () => {
        const found = withLlmAttributes(set, () => attributionBy().of(context.active(), request));
        assert.deepEqual(present(found), expected);
      });
    });
  }

  it('are read from the configured entries of the baggage only', () => {
    const at = withBaggage({ tenant: 'acme', 'app.plan': 'pro', 'user.id': 'ann' });
    assert.deepEqual(present(attributionBy({ baggageKeys: ['tenant', 'app.plan'] }).of(at)), {
      tenant: 'acme',
      extra: { 'app.plan': 'pro' },
    });
    assert.deepEqual(attributionBy({ baggageKeys: [] }).of(at), {});
  });

  it('leave out wrong values, with one warning', () => {
    const diag = recordDiag();
    const wrong: any = { user: {}, tenant: '', feature: 'chat', unknown: 'x', tags: 'a', extra: [1] };
    const found = withLlmAttributes(wrong, getLlmAttributes);
    withLlmAttributes(wrong, getLlmAttributes);
    diag.stop();
    assert.deepEqual(found, { feature: 'chat', extra: { 0: '1' } });
    assert.equal(diag.lines.length, 4);
    assert.equal(
      withLlmAttributes(null as any, () => 'runs'),
      'runs',
    );
  });

  it('are bounded in length and number', () => {
    const long = 'x'.repeat(10_000);
    const tags = Array.from({ length: 100 }, () => long);
    const extra = Object.fromEntries(tags.map((_, at) => [`n${at}${long}`, long]));
    const found = withLlmAttributes({ user: long, tags, extra }, getLlmAttributes);
    assert.ok(JSON.stringify(found).length < 30_000);
  });

  it('can be written with each of their names', () => {
    for (const name of ['tenant', 'tenant.id', 'tenant_id', 'llmtrace.tenant.id'])
      assert.deepEqual(
        [attributeNamed(name), spanAttribute(name), fieldName(name)],
        ['tenant', 'llmtrace.tenant.id', 'tenant_id'],
      );
    assert.deepEqual(
      [attributeNamed('app.plan'), spanAttribute('app.plan'), fieldName('app.plan')],
      [undefined, 'app.plan', 'app_plan'],
    );
    assert.equal(attributeNamed('constructor'), undefined);
  });

  it('reach promises, timers, and listeners of an emitter that are called within', async () => {
    const emitter = new EventEmitter();
    const seen: unknown[] = [];
    emitter.on('ask', () => seen.push(getLlmAttributes().user));
    const users = ['a', 'b', 'c'];
    const found = await Promise.all(
      users.map((user) =>
        withLlmAttributes({ user }, async () => {
          await wait(1);
          emitter.emit('ask');
          return getLlmAttributes().user;
        }),
      ),
    );
    assert.deepEqual(found, users);
    assert.deepEqual(seen, users);
  });

  it('are restored by a context of OpenTelemetry, and by a snapshot of Node.js', () => {
    const kept = withLlmAttributes({ user: 'ann' }, () => context.active());
    withLlmAttributes({ user: 'bob' }, () => {
      assert.equal(
        context.with(kept, () => getLlmAttributes().user),
        'ann',
      );
    });
    const snapshot = withLlmAttributes({ user: 'ann' }, () => AsyncLocalStorage.snapshot());
    assert.equal(
      snapshot(() => getLlmAttributes().user),
      'ann',
    );
  });

  it('of concurrent, nested functions never mix', async () => {
    const attributes = {
      tenant: fc.option(fc.constantFrom('t1', 't2', 't3'), { nil: undefined }),
      user: fc.option(fc.constantFrom('u1', 'u2', 'u3'), { nil: undefined }),
    };
    const around = (inner: fc.Arbitrary<Tree[]>): fc.Arbitrary<Tree> => fc.record({ ...attributes, inner });
    const leaf = around(fc.constant([]));
    const tree = around(fc.array(around(fc.array(leaf, { maxLength: 3 })), { maxLength: 3 }));
    interface Tree {
      tenant: string | undefined;
      user: string | undefined;
      inner: Tree[];
    }
    const run = ({ inner, ...attributes }: Tree, outer: LlmAttributes): Promise<void> =>
      withLlmAttributes(attributes, async () => {
        const expected = { tenant: attributes.tenant ?? outer.tenant, user: attributes.user ?? outer.user };
        await Promise.all(inner.map((child) => run(child, expected)));
        await Promise.resolve();
        const { tenant, user } = getLlmAttributes();
        assert.deepEqual({ tenant, user }, expected);
      });
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { maxLength: 20 }), async (trees) => {
        await Promise.all(trees.map((root) => run(root, {})));
        assert.deepEqual(getLlmAttributes(), {});
      }),
      { numRuns: 50 },
    );
  });
});

describe('hashed attributes', () => {
  const MARKER = 'marker-ann@example.com';
  const salted = { hash: ['user.id'], salt: 'secret' };

  it('are equal for the same salt, and differ for another salt', () => {
    const of = (salt: string): unknown =>
      present(attributionBy({ ...salted, salt }).of(ROOT_CONTEXT, { user: MARKER, tenant: 'acme' }));
    const found = of('secret') as LlmAttributes;
    assert.deepEqual(found, { user: 'f2536b87684d8b23bb00c5e72a4dc401', tenant: 'acme' });
    assert.notDeepEqual(of('other'), found);
  });

  it('also replace the value in other attributes', () => {
    const attributes = {
      user: MARKER,
      session: MARKER,
      tags: ['a', MARKER],
      extra: { 'app.user': MARKER, 'llmtrace.request.prompt_cache_key': `key-${MARKER}`, b: 'c' },
    };
    const found = attributionBy(salted).of(ROOT_CONTEXT, attributes);
    assert.ok(!JSON.stringify(found).includes(MARKER));
    assert.deepEqual([found.tags?.[0], found.extra?.['b']], ['a', 'c']);
  });

  it('have a random salt without the option, with one warning', () => {
    const diag = recordDiag();
    const first = attributionBy({ hash: ['user'] }).of(ROOT_CONTEXT, { user: 'ann' });
    const second = attributionBy({ hash: ['user'], metricAttributes: ['tenant'] }).of(ROOT_CONTEXT, {
      user: 'ann',
    });
    diag.stop();
    assert.equal(first.user, second.user);
    assert.match(first.user ?? '', /^[0-9a-f]{32}$/);
    assert.deepEqual(
      diag.lines.map(({ text }) => /no LLMTRACE_HASH_SALT is set/.test(text)),
      [true],
    );
  });
});
