/** The variables of an application that sends to the viewer. */

/** A batch of spans is exported after 250 ms: with the default of 5 s the page would not be live. */
const SOON_MS = '250';
const METRICS_MS = '5000';

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that send single signals elsewhere; the viewer's endpoint replaces their values. */
const LEADING = [
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
];

export interface Prepared {
  readonly env: Record<string, string>;
  /** The variables of the application's environment whose values were replaced. */
  readonly replaced: readonly string[];
}

/** The user's values take precedence, except those that name another destination. */
export function environmentOf(url: string, token: string | undefined, own: Environment): Prepared {
  const replaced = ['OTEL_EXPORTER_OTLP_ENDPOINT', ...LEADING].filter((name) => own[name]);
  const defaults: Record<string, string> = {
    OTEL_BSP_SCHEDULE_DELAY: SOON_MS,
    OTEL_BLRP_SCHEDULE_DELAY: SOON_MS,
    OTEL_METRIC_EXPORT_INTERVAL: METRICS_MS,
    // A span arrives when its call has ended; this event arrives when the call starts.
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

/** Parses headers in OpenTelemetry's form, `a=b,c=d`. */
export function headersOf(text = ''): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split(/=(.*)/s, 2).map((part) => part.trim()));
  return Object.fromEntries(
    pairs.flatMap(([name, value]) => (name && value ? [[name, decodeURIComponent(value)]] : [])),
  );
}
