// biome-ignore-all lint/suspicious/noConsole: an application prints
// What each copy of OpenTelemetry's API sees, and whether it may register: node copies.mjs <file of the copy that
// registers, or `none`> <files of all copies>. It starts with llmtrace, or without.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const [, , registering, ...files] = process.argv;
const copies = files.map((file) => require(file));

/** Whether a copy has a context, a baggage, and spans that record. */
function seenBy({ context, createContextKey, propagation, ROOT_CONTEXT, trace }) {
  const key = createContextKey('test');
  const carrier = { baggage: 'team=trees', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
  const extracted = propagation.extract(ROOT_CONTEXT, carrier);
  const span = trace.getTracer('app').startSpan('work', {}, extracted);
  span.end();
  return {
    context: context.with(ROOT_CONTEXT.setValue(key, 1), () => context.active().getValue(key)) === 1,
    baggage: propagation.getBaggage(extracted)?.getEntry('team')?.value,
    parent: trace.getSpanContext(extracted)?.spanId === 'b'.repeat(16),
    span: span.isRecording() || span.spanContext().spanId !== 'b'.repeat(16),
  };
}

class Provider {
  names = [];
  getTracer() {
    const startSpan = (name) => {
      this.names.push(name);
      return copies[0].trace.wrapSpanContext({
        traceId: 'c'.repeat(32),
        spanId: 'd'.repeat(16),
        traceFlags: 1,
      });
    };
    return { startSpan, startActiveSpan: (name, run) => run(startSpan(name)) };
  }
}

const early = copies.map(({ trace }) => trace.getTracer('early'));
const before = copies.map(seenBy);
let after;
if (registering !== 'none') {
  const { context, propagation, trace } = require(registering);
  const provider = new Provider();
  const active = copies[0].ROOT_CONTEXT.setValue(copies[0].createContextKey('theirs'), true);
  const manager = {
    active: () => active,
    with: (_context, run) => run(),
    bind: (_context, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  };
  const accepted = [
    trace.setGlobalTracerProvider(provider),
    context.setGlobalContextManager(manager),
    propagation.setGlobalPropagator({ inject() {}, extract: (current) => current, fields: () => ['theirs'] }),
  ];
  const again = trace.setGlobalTracerProvider(new Provider());
  for (const tracer of early) tracer.startSpan('early').end();
  after = {
    accepted,
    again,
    seen: copies.map((copy) => ({
      context: copy.context.active() === active,
      fields: copy.propagation.fields().join(),
      span: copy.trace.getTracer('app').startSpan('late').spanContext().spanId === 'd'.repeat(16),
    })),
    names: provider.names,
  };
}
console.log(JSON.stringify({ before, after }));
// An exit alone waits 3 s, which a busy machine may take to start the export.
if (process.env.FLUSH) await (await import('@llmtrace/auto')).llmtrace.flush({ timeoutMillis: 20_000 });
