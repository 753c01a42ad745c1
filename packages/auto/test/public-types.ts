/** The public types of `@llmtrace/auto`, as users write them. It is compiled by `npm run check`, never run. */
import type { AutoConfig, Llmtrace, LlmtraceStatus, llmtrace } from '@llmtrace/auto';
import { type AutoConfigFile, defineConfig } from '@llmtrace/auto/config';
import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import { instrumentClient, instrumentFetch } from '@llmtrace/auto/manual';

/** Compiles where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isTrue = <T extends true>(): T | undefined => undefined;

isTrue<Same<ReturnType<typeof llmtrace.start>, void>>();
isTrue<Same<ReturnType<typeof llmtrace.flush>, Promise<void>>>();
isTrue<Same<ReturnType<typeof llmtrace.shutdown>, Promise<void>>>();
isTrue<Same<ReturnType<typeof llmtrace.status>, LlmtraceStatus>>();
isTrue<Same<LlmtraceStatus['state'], 'off' | 'running' | 'shut-down'>>();
isTrue<Same<typeof llmtrace, Llmtrace>>();
isTrue<Same<ReturnType<typeof defineConfig>, AutoConfigFile>>();

export const file = defineConfig({
  exporters: { traces: ['otlp', 'console'], metrics: 'none', headers: { authorization: 'x' } },
  prometheus: { port: 9464 },
  redis: { url: 'redis://localhost', fallback: 'open' },
  interceptors: [(call, next) => (call.attempts > 3 ? Promise.reject(new Error('enough')) : next())],
  profiles: { production: { console: false, budget: { usd: 5 } } },
});
// @ts-expect-error an unknown option
defineConfig({ exporter: 'otlp' });
// @ts-expect-error an exporter that there is not
defineConfig({ exporters: { traces: 'jaeger' } });
// @ts-expect-error a profile has no profiles
defineConfig({ profiles: { production: { profiles: {} } } });
// @ts-expect-error a listener needs a port
export const noPort: AutoConfig = { prometheus: { host: 'localhost' } };

/** A client keeps its type. */
export const oneFetch: typeof fetch = instrumentFetch(fetch);
const client = instrumentClient({ chat: (): number => 7 });
isTrue<Same<ReturnType<typeof client.chat>, number>>();
export const names: string[] = llmtraceInstrumentations({ semconv: 'latest' }).map(
  (instrumentation) => instrumentation.instrumentationName,
);
