// An application with an OpenTelemetry of its own, which drops a run that it never reads, and one that it has begun to read.
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ClaudeAgentSdkInstrumentation } from '@llmtrace/instrumentation-claude-agent-sdk';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { registerInstrumentations } from '@opentelemetry/instrumentation';

const telemetry = createTelemetry();
registerInstrumentations({
  instrumentations: [new ClaudeAgentSdkInstrumentation()],
  tracerProvider: telemetry.tracerProvider,
  meterProvider: telemetry.meterProvider,
});
const require = createRequire(process.env.SDK);
const { query } = await import(pathToFileURL(require.resolve('@anthropic-ai/claude-agent-sdk')).href);
const pathToClaudeCodeExecutable = fileURLToPath(new URL('cli.mjs', import.meta.url));
const ask = (prompt, more) =>
  query({ prompt, options: { pathToClaudeCodeExecutable, executable: 'node', ...more } });

async function leave() {
  void ask('plain');
  const abortController = new AbortController();
  const run = ask('slow', { abortController });
  for (let step = 0; step < 3; step++) await run.next();
  abortController.abort();
}

await leave();
for (let round = 0; round < 200 && telemetry.spans().length < 3; round++) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  globalThis.gc();
}
const spans = telemetry
  .spans()
  .map(({ name, attributes }) => [
    name,
    attributes['llmtrace.agent.outcome'],
    attributes['gen_ai.usage.cost'],
  ]);
process.stdout.write(`${JSON.stringify(spans.sort())}\n`);
process.exit(0);
