/** The budget of a run refuses the next model call of an SDK's own loop. */
import assert from 'node:assert/strict';
import { LlmTraceError } from '@llmtrace/core';
import type { Attributes } from '@opentelemetry/api';
import { hookVendorModules, loadSdk } from './sdks.ts';
import { startVendorServer, type VendorServer } from './server.ts';
import { createTelemetry, type Instrumented, useAsyncContext } from './telemetry.ts';

interface RunBudgetCase {
  readonly package: string;
  readonly sets: readonly string[];
  create(options: { runBudget: number }): Instrumented & { disable(): void };
  /** The ways to run a loop, each with one tool. */
  loops(exports: any, url: string): Record<string, () => Promise<unknown>>;
  /** The refusal within the error that the application gets. @default the error itself */
  refusalIn?(error: Error): unknown;
  /** What the span of the run has besides its one model call. */
  readonly attributes: Attributes;
}

const isRefusal = (error: unknown): boolean =>
  error instanceof LlmTraceError && error.code === 'budget_exceeded';

export function describeRunBudget({
  package: name,
  sets,
  create,
  loops,
  refusalIn = (error) => error,
  attributes,
}: RunBudgetCase): void {
  describe('the budget of a run of the SDK’s own loop', () => {
    const telemetry = createTelemetry();
    let server: VendorServer;
    before(async () => {
      useAsyncContext();
      await hookVendorModules();
      server = await startVendorServer();
    });
    after(() => server.close());

    for (const set of sets) {
      for (const format of ['cjs', 'esm'] as const) {
        it(`refuses its next model call, with ${set} as ${format}`, async () => {
          const instrumentation = telemetry.install(create({ runBudget: 0.0001 }));
          const { exports } = await loadSdk({ set, package: name, format });
          for (const run of Object.values(loops(exports, server.url))) {
            await telemetry.reset();
            server.clear();
            await assert.rejects(run, (error: Error) => isRefusal(refusalIn(error)));
            assert.equal(server.requests.length, 1);
            const agent = telemetry.spans().find((span) => span.name === 'invoke_agent');
            const expected = { ...attributes, 'llmtrace.agent.model_calls': 1 };
            for (const [key, value] of Object.entries(expected)) assert.equal(agent?.attributes[key], value);
          }
          instrumentation.disable();
        });
      }
    }
  });
}
