// Exporters that keep the exported items, and answer as the test sets them up.
const captured = { spans: [], logs: [], metrics: [], answers: true, sending: undefined };

const keeping = (kept) =>
  class {
    export(items, done) {
      kept.push(...(Array.isArray(items) ? items : [items]));
      if (captured.answers) done({ code: 0 });
    }
    async forceFlush() {
      await captured.sending;
    }
    async shutdown() {}
  };

module.exports = {
  captured,
  OTLPTraceExporter: keeping(captured.spans),
  OTLPLogExporter: keeping(captured.logs),
  OTLPMetricExporter: keeping(captured.metrics),
};
