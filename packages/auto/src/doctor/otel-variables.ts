/** The `OTEL_*` variables that affect the SDK that llmtrace starts, and their valid values. */
const SIGNALS = ['', 'TRACES_', 'METRICS_', 'LOGS_'];
const OTLP = [
  ...['CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY', 'COMPRESSION', 'ENDPOINT', 'HEADERS', 'INSECURE'],
  ...['PROTOCOL', 'TIMEOUT'],
];

/** Where spans, metrics and log events are sent. */
export const EXPORTER_VARIABLES: readonly string[] = [
  ...SIGNALS.flatMap((signal) => OTLP.map((name) => `OTEL_EXPORTER_OTLP_${signal}${name}`)),
  'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
  'OTEL_TRACES_EXPORTER',
  'OTEL_METRICS_EXPORTER',
  'OTEL_LOGS_EXPORTER',
];

/** How that SDK samples, limits, batches and describes. */
const SDK_VARIABLES = [
  'OTEL_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_BLRP_EXPORT_TIMEOUT',
  'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE',
  'OTEL_BLRP_MAX_QUEUE_SIZE',
  'OTEL_BLRP_SCHEDULE_DELAY',
  'OTEL_BSP_EXPORT_TIMEOUT',
  'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
  'OTEL_BSP_MAX_QUEUE_SIZE',
  'OTEL_BSP_SCHEDULE_DELAY',
  'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_METRIC_EXPORT_INTERVAL',
  'OTEL_METRIC_EXPORT_TIMEOUT',
  'OTEL_NODE_RESOURCE_DETECTORS',
  'OTEL_PROPAGATORS',
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_SERVICE_NAME',
  'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_SPAN_EVENT_COUNT_LIMIT',
  'OTEL_SPAN_LINK_COUNT_LIMIT',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
];

/** Variables that llmtrace itself reads, also where another provider exports. */
const OWN_VARIABLES = [
  'OTEL_CONFIG_FILE', // to warn of it
  'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT',
  'OTEL_LOG_LEVEL',
  'OTEL_SDK_DISABLED',
  'OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN',
  'OTEL_SEMCONV_STABILITY_OPT_IN',
];

/**
 * Variables of the SDK that receives the spans; if the application has registered another SDK, they concern only
 * that.
 */
export const OF_SDK: readonly string[] = [...EXPORTER_VARIABLES, ...SDK_VARIABLES];
export const READ: readonly string[] = [...OF_SDK, ...OWN_VARIABLES];

/** The valid values of a variable, or of each entry of a list. Other values are ignored. */
export const VALUES: Readonly<Record<string, readonly string[]>> = {
  OTEL_TRACES_SAMPLER: [
    ...['always_on', 'always_off', 'traceidratio'],
    ...['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'],
  ],
  OTEL_PROPAGATORS: ['tracecontext', 'baggage', 'none'],
  OTEL_NODE_RESOURCE_DETECTORS: ['env', 'process', 'host', 'os', 'serviceinstance', 'all', 'none'],
  OTEL_LOG_LEVEL: ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'],
};
