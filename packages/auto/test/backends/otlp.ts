/** Decodes OTLP bodies by OpenTelemetry's own definitions, and names all that a strict receiver would refuse. */
import definitions from 'otlp-definitions/build/src/generated/root.js';

export type Signal = 'traces' | 'metrics' | 'logs';

const { collector } = (definitions as any).opentelemetry.proto;
const REQUESTS: Record<Signal, any> = {
  traces: collector.trace.v1.ExportTraceServiceRequest,
  metrics: collector.metrics.v1.ExportMetricsServiceRequest,
  logs: collector.logs.v1.ExportLogsServiceRequest,
};

export interface Decoded {
  readonly request: any;
  /** What is wrong with it; none, where a strict receiver takes it. */
  readonly problems: string[];
}

export function decode(signal: Signal, type: string | undefined, body: Buffer): Decoded {
  const problems: string[] = [];
  const Request = REQUESTS[signal];
  let request: any;
  if (type === 'application/x-protobuf') {
    request = Request.decode(body);
    // A field that the definitions do not know is skipped, and is then missing.
    const again = Request.encode(request).finish().length;
    if (again !== body.length) problems.push(`${body.length - again} bytes are of unknown fields`);
  } else if (type === 'application/json') {
    request = fromJson(Request, JSON.parse(body.toString()), problems);
  } else problems.push(`the content type is ${type}`);
  if (request) check[signal](request, problems);
  return { request, problems };
}

/** By the rules of OTLP's JSON: ids are hexadecimal, and 64 bit numbers may be text. */
function fromJson(Request: any, json: any, problems: string[]): any {
  const request = Request.fromObject(inBytes(json));
  const all = { arrays: true, objects: true, defaults: true };
  const known = namesIn(Request.toObject(request, all)).concat(VALUES);
  const unknown = namesIn(json).filter((name) => !known.includes(name));
  if (unknown.length > 0) problems.push(`fields that are unknown: ${unknown}`);
  return request;
}

const ID = /^(?:traceId|spanId|parentSpanId)$/;

function inBytes(json: any): any {
  if (Array.isArray(json)) return json.map(inBytes);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name,
      ID.test(name) ? Buffer.from(value as string, 'hex') : inBytes(value),
    ]),
  );
}

/** The names of all fields that are there, each once. */
function namesIn(value: any, names = new Set<string>()): string[] {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))
    for (const [name, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) names.add(name);
      if (!ID.test(name)) namesIn(inner, names);
    }
  return [...names].toSorted();
}

const HOUR = 3_600_000;

function checkTime(what: string, nanos: any, problems: string[]): void {
  const age = Date.now() - Number(nanos ?? 0) / 1e6;
  if (Math.abs(age) > HOUR) problems.push(`${what} is ${age} ms ago`);
}

function checkId(what: string, id: Uint8Array | undefined, length: number, problems: string[]): void {
  if (id?.length !== length || id.every((byte) => byte === 0))
    problems.push(`${what} has ${id?.length ?? 0} bytes, or is all 0`);
}

const VALUES = [
  'stringValue',
  'boolValue',
  'intValue',
  'doubleValue',
  'arrayValue',
  'kvlistValue',
  'bytesValue',
];

function checkAttributes(of: string, attributes: any[] = [], problems: string[]): void {
  const keys = attributes.map(({ key }) => key);
  if (new Set(keys).size !== keys.length) problems.push(`${of} has an attribute twice`);
  for (const { key, value } of attributes) {
    const kinds = VALUES.filter((kind) => value?.[kind] !== undefined && value?.[kind] !== null);
    if (!key || kinds.length !== 1) problems.push(`attribute ${key} of ${of} has ${kinds.length} values`);
    if (/\.(?:\w+_tokens|port|status_code)$/.test(key) && kinds[0] !== 'intValue')
      problems.push(`attribute ${key} of ${of} is ${kinds[0]}`);
  }
}

function checkResource({ resource }: any, problems: string[]): void {
  checkAttributes('the resource', resource?.attributes, problems);
  const service = resource?.attributes?.find(({ key }: any) => key === 'service.name');
  if (!service?.value?.stringValue) problems.push('the resource has no service.name');
}

const check: Record<Signal, (request: any, problems: string[]) => void> = {
  traces({ resourceSpans = [] }, problems) {
    if (resourceSpans.length === 0) problems.push('there are no spans');
    for (const resource of resourceSpans) {
      checkResource(resource, problems);
      for (const { scope, spans } of resource.scopeSpans) {
        if (!scope?.name) problems.push('a scope has no name');
        for (const span of spans) checkSpan(span, problems);
      }
    }
  },
  metrics({ resourceMetrics = [] }, problems) {
    if (resourceMetrics.length === 0) problems.push('there are no metrics');
    for (const resource of resourceMetrics) {
      checkResource(resource, problems);
      for (const { metrics } of resource.scopeMetrics)
        for (const metric of metrics) checkMetric(metric, problems);
    }
  },
  logs({ resourceLogs = [] }, problems) {
    for (const resource of resourceLogs) {
      checkResource(resource, problems);
      for (const { logRecords } of resource.scopeLogs)
        for (const record of logRecords) {
          checkTime('a log record', record.timeUnixNano, problems);
          checkAttributes('a log record', record.attributes, problems);
        }
    }
  },
};

function checkSpan(span: any, problems: string[]): void {
  checkId('a trace id', span.traceId, 16, problems);
  checkId('a span id', span.spanId, 8, problems);
  if (span.parentSpanId?.length) checkId('a parent', span.parentSpanId, 8, problems);
  checkTime(span.name, span.startTimeUnixNano, problems);
  checkTime(span.name, span.endTimeUnixNano, problems);
  if (Number(span.endTimeUnixNano) < Number(span.startTimeUnixNano))
    problems.push('a span ends before it starts');
  if (!span.name || !(span.kind >= 1 && span.kind <= 5)) problems.push(`a span has kind ${span.kind}`);
  checkAttributes(span.name, span.attributes, problems);
}

function checkMetric({ name, histogram, sum, gauge }: any, problems: string[]): void {
  const data = [histogram, sum, gauge].filter(Boolean);
  if (!name || data.length !== 1) problems.push(`metric ${name} has ${data.length} kinds of data`);
  for (const { dataPoints = [] } of data)
    for (const point of dataPoints) {
      checkTime(name, point.timeUnixNano, problems);
      checkTime(name, point.startTimeUnixNano, problems);
      checkAttributes(name, point.attributes, problems);
      if (histogram && point.bucketCounts.length !== point.explicitBounds.length + 1)
        problems.push(`${name} has ${point.bucketCounts.length} buckets`);
    }
}
