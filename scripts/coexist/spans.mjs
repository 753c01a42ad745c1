// The spans of a request to a backend: OTLP, or an envelope of Sentry's.
import definitions from 'otlp-definitions/build/src/generated/root.js';

const Traces = definitions.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

/** Each with its `id` and that of its `parent`, its `name`, and `by`: what made it. None, for what has no spans. */
export function spansIn(url, type, bytes) {
  if (/\/v1\/traces$/.test(url)) return ofOtlp(type?.includes('json') ? JSON.parse(bytes) : fromProto(bytes));
  if (/\/envelope\/(?:\?|$)/.test(url)) return bytes.toString().split('\n').flatMap(ofSentry);
  return [];
}

const fromProto = (bytes) => {
  const request = Traces.toObject(Traces.decode(bytes), { arrays: true });
  for (const span of request.resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap((scope) => scope.spans),
  )) {
    for (const key of ['spanId', 'parentSpanId']) span[key] = Buffer.from(span[key] ?? []).toString('hex');
  }
  return request;
};

const ofOtlp = ({ resourceSpans = [] }) =>
  resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ scope, spans }) =>
      spans.map(({ spanId, parentSpanId, name, attributes }) => ({
        ...{ id: spanId, parent: parentSpanId, name },
        by: makerOf(scope, attributes),
      })),
    );

/** All spans of dd-trace have the same scope; their integration is an attribute. */
const makerOf = ({ name }, attributes = []) =>
  attributes.find(({ key }) => key === 'component')?.value.stringValue ??
  name.replace(/^@opentelemetry\/instrumentation-/, '');

/** A line of an envelope: a transaction with its spans, or spans alone, or something else. */
function ofSentry(line) {
  if (!line.startsWith('{')) return [];
  const { type, transaction, contexts, spans = [], items = [] } = JSON.parse(line);
  const root = type === 'transaction' ? [{ ...contexts.trace, description: transaction }] : [];
  return [...root, ...spans, ...items].filter((item) => item.span_id).map(ofSentrySpan);
}

function ofSentrySpan({ span_id, parent_span_id, description, name = description, origin, attributes }) {
  const by = origin ?? attributes?.['sentry.origin']?.value ?? 'manual';
  return { id: span_id, parent: parent_span_id, name, by };
}

/** What makes spans of connections: how many are opened depends on when the one before is free again. */
const CONNECTIONS = new Set(['net', 'dns', 'tcp', 'tls']);

/** What makes spans that llmtrace completes: those of a call are its own, too. */
const ADOPTED =
  /^(?:openai|@arizeai\/openinference-instrumentation-openai|@traceloop\/instrumentation-openai)$/;

export const isAdopted = (line) => ADOPTED.test(makerIn(line));

/** In the place of a span that was never sent. */
const LOST = '(lost) > ';

/**
 * Lines of spans that are lost and that are added, without pairs of the same span: within a span that was never sent, and within the
 * same one, which llmtrace has ended.
 */
export function besidesFound(lost, added) {
  const left = [...added];
  const isFound = (line) => {
    if (!line.startsWith(LOST)) return false;
    const within = ` > ${line.slice(LOST.length)}`;
    const at = left.findIndex((other) => other.endsWith(within) && isAdopted(other.slice(0, -within.length)));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  };
  return [lost.filter((line) => !isFound(line)), left];
}

/**
 * The spans of the others as lines, each with those that it is within. llmtrace's are left out, of which `ours` are the
 * ids.
 */
export function trees(spans, ours) {
  const all = new Map(spans.map((span) => [span.id, span]));
  const isOurs = ({ id, by }) => by.startsWith('@llmtrace/') || (ours.includes(id) && !ADOPTED.test(by));
  const above = (parent) => {
    if (!parent || /^0*$/.test(parent)) return '';
    const span = all.get(parent);
    if (!span) return ours.includes(parent) ? '' : LOST;
    return isOurs(span) ? above(span.parent) : `${lineOf(span)} > `;
  };
  const lineOf = ({ parent, by, name }) => `${above(parent)}${by} ${name.replaceAll(/:\d{4,5}\b/g, '')}`;
  return [...all.values()]
    .filter((span) => !isOurs(span) && !CONNECTIONS.has(span.by))
    .map(lineOf)
    .sort();
}

const makerIn = (line) => line.split(' > ').at(-1).split(' ', 1)[0];

/** How many spans each instrumentation made: those of the last in each line. */
export function countsOf(lines) {
  const makers = lines.map(makerIn);
  const counts = Map.groupBy(makers, (maker) => maker);
  return [...counts].map(([maker, { length }]) => `${maker} ${length}`).sort();
}

/** What lines have that others have not, each as often as it is missing. */
export function without(lines, others) {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
