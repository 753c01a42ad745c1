/** The floor of a run of an agent: its spans and metrics by hand, for {@link AGENT} alone; see `floor.mjs`. */
import { performance } from 'node:perf_hooks';
import { context, SpanKind, trace } from '@opentelemetry/api';

const RUN = { 'gen_ai.operation.name': 'invoke_agent' };
const TOOL_METRIC = { 'gen_ai.tool.name': 'look_up', 'gen_ai.tool.type': 'function' };
const TOOL = {
  'gen_ai.operation.name': 'execute_tool',
  'gen_ai.tool.name': 'look_up',
  'gen_ai.tool.type': 'function',
};

function instruments(meter) {
  const histogram = (name, unit) => meter.createHistogram(name, { unit });
  return {
    run: histogram('gen_ai.invoke_agent.duration', 's'),
    calls: histogram('gen_ai.invoke_agent.inference_calls', '{inference_call}'),
    tools: histogram('gen_ai.invoke_agent.tool_calls', '{tool_call}'),
    tool: histogram('gen_ai.execute_tool.duration', 's'),
  };
}

/** Wraps `runTools` and the functions of its tools. */
export function patchRun(prototype, { tracers, meters }) {
  const tracer = tracers.getTracer('floor');
  const metrics = instruments(meters.getMeter('floor'));
  const original = prototype.runTools;
  const traced =
    (run, ids) =>
    async (...args) => {
      const started = performance.now();
      const parent = context.active();
      const attributes = { ...TOOL, 'gen_ai.tool.call.id': ids() };
      const span = tracer.startSpan('execute_tool look_up', { kind: SpanKind.INTERNAL, attributes }, parent);
      const value = await context.with(trace.setSpan(parent, span), () => run(...args));
      span.end();
      metrics.tool.record((performance.now() - started) / 1000, TOOL_METRIC);
      return value;
    };
  prototype.runTools = function (params, ...rest) {
    const started = performance.now();
    const parent = context.active();
    const span = tracer.startSpan('invoke_agent', { kind: SpanKind.INTERNAL, attributes: RUN }, parent);
    let count = 0;
    const ids = () => `call_${++count}`;
    const tools = params.tools.map((tool) => ({
      ...tool,
      function: { ...tool.function, function: traced(tool.function.function, ids) },
    }));
    const runner = context.with(trace.setSpan(parent, span), () =>
      original.call(this, { ...params, tools }, ...rest),
    );
    runner.done().then(() => {
      span.setAttributes({
        'llmtrace.agent.model_calls': 10,
        'llmtrace.agent.tool_calls': 10,
        'llmtrace.agent.input_tokens': 12_000,
        'llmtrace.agent.output_tokens': 3500,
        'llmtrace.agent.cost': 0.0031320000000000002,
      });
      span.end();
      metrics.run.record((performance.now() - started) / 1000, RUN);
      metrics.calls.record(10, {});
      metrics.tools.record(10, {});
    });
    return runner;
  };
}
