/** The variables of an application that sends to the viewer. */

/** Spans wait a tenth of a second for others: with the default of 5 s nothing would look live. */
const SOON_MS = '100';
const METRICS_MS = '5000';

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that would lead signals elsewhere; the viewer's endpoint replaces them. */
const LEADING = [
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
];

export interface Prepared {
  readonly env: Record<string, string>;
  /** What the application's own environment had, and no longer has. */
  readonly replaced: readonly string[];
}

/** Values of the user's stay, but for those that name another destination. */
export function environmentOf(url: string, token: string | undefined, own: Environment): Prepared {
  const replaced = ['OTEL_EXPORTER_OTLP_ENDPOINT', ...LEADING].filter((name) => own[name]);
  const defaults: Record<string, string> = {
    OTEL_BSP_SCHEDULE_DELAY: SOON_MS,
    OTEL_BLRP_SCHEDULE_DELAY: SOON_MS,
    OTEL_METRIC_EXPORT_INTERVAL: METRICS_MS,
    // A span comes when its call has ended; this event comes when it begins.
    LLMTRACE_START_EVENTS: 'true',
    LLMTRACE_CHUNK_TIMES: 'true',
    LLMTRACE_DOCTOR_LIVE: 'true',
  };
  const missing = Object.entries(defaults).filter(([name]) => !own[name]);
  const leading = LEADING.filter((name) => own[name]).map((name) => {
    const signal = name.split('_')[3]?.toLowerCase() ?? 'traces';
    return [name, `${url}/v1/${signal}`] as const;
  });
  return {
    replaced,
    env: {
      ...Object.fromEntries([...missing, ...leading]),
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      ...(token && { OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${token}` }),
    },
  };
}

/** `a=b,c=d`, as OpenTelemetry writes headers. */
export function headersOf(text = ''): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split(/=(.*)/s, 2).map((part) => part.trim()));
  return Object.fromEntries(
    pairs.flatMap(([name, value]) => (name && value ? [[name, decodeURIComponent(value)]] : [])),
  );
}
