/**
 * OTLP over HTTP, made of OpenTelemetry's transport and serializers. Its exporter packages join the same parts, but each
 * pins its SDK exactly: where one of them lacks a patch release, npm installs that SDK a second time (15 MB a package).
 */
import { diag } from '@opentelemetry/api';
import { getStringFromEnv } from '@opentelemetry/core';
import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from '@opentelemetry/otlp-exporter-base/node-http';
import {
  type IExporterMetricsHelper,
  type ISerializer,
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  LogsExporterMetricsHelper,
  MetricsExporterMetricsHelper,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer';
import type { LogRecordExporter } from '@opentelemetry/sdk-logs';
import { AggregationTemporality, InstrumentType, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

/** The encoding of a body. */
export type Encoding = 'protobuf' | 'json';

const CONTENT_TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

interface Signal<Items> {
  /** As variables and URLs name it: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `/v1/traces`. */
  readonly name: 'traces' | 'logs' | 'metrics';
  /** `otel.component.type` of the exporter's metrics about itself. */
  readonly component: string;
  readonly serializers: Readonly<Record<Encoding, ISerializer<Items, unknown>>>;
  readonly selfMetrics: IExporterMetricsHelper<Items>;
}

export const otlpTraceExporter = (encoding: Encoding): SpanExporter =>
  exporterOf(encoding, {
    name: 'traces',
    component: 'otlp_http_span_exporter',
    serializers: { protobuf: ProtobufTraceSerializer, json: JsonTraceSerializer },
    selfMetrics: TraceExporterMetricsHelper,
  });

export const otlpLogExporter = (encoding: Encoding): LogRecordExporter =>
  exporterOf(encoding, {
    name: 'logs',
    component: 'otlp_http_log_exporter',
    serializers: { protobuf: ProtobufLogsSerializer, json: JsonLogsSerializer },
    selfMetrics: LogsExporterMetricsHelper,
  });

export const otlpMetricExporter = (encoding: Encoding): PushMetricExporter =>
  Object.assign(
    exporterOf(encoding, {
      name: 'metrics',
      component: 'otlp_http_metric_exporter',
      serializers: { protobuf: ProtobufMetricsSerializer, json: JsonMetricsSerializer },
      selfMetrics: MetricsExporterMetricsHelper,
    }),
    { selectAggregationTemporality: temporalitySelector() },
  );

function exporterOf<Items>(encoding: Encoding, signal: Signal<Items>): OTLPExporterBase<Items> {
  const { name, component, serializers, selfMetrics } = signal;
  const options = convertLegacyHttpOptions({}, name.toUpperCase(), `v1/${name}`, {
    'Content-Type': CONTENT_TYPES[encoding],
  });
  return new OTLPExporterBase(
    createOtlpHttpExportDelegate(options, serializers[encoding], component, selfMetrics, undefined),
  );
}

const { COUNTER, GAUGE, HISTOGRAM, OBSERVABLE_COUNTER, OBSERVABLE_GAUGE } = InstrumentType;

const TEMPORALITY = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE';

/**
 * The instruments whose points are deltas, by preference. Source: OpenTelemetry specification, "OpenTelemetry Protocol
 * Exporter" of metrics; OpenTelemetry's JavaScript exporters count gauges among `delta`, which their points ignore.
 */
const DELTAS: Readonly<Record<string, ReadonlySet<InstrumentType>>> = {
  cumulative: new Set(),
  delta: new Set([COUNTER, OBSERVABLE_COUNTER, GAUGE, HISTOGRAM, OBSERVABLE_GAUGE]),
  lowmemory: new Set([COUNTER, HISTOGRAM]),
};

function temporalitySelector(): (instrument: InstrumentType) => AggregationTemporality {
  const preference = (getStringFromEnv(TEMPORALITY) ?? 'cumulative').toLowerCase();
  const known = Object.hasOwn(DELTAS, preference);
  if (!known) {
    const names = Object.keys(DELTAS).join(', ');
    diag.warn(`${TEMPORALITY}=${preference} is not one of ${names}; using the default (cumulative)`);
  }
  const deltas = DELTAS[known ? preference : 'cumulative'] ?? new Set();
  return (instrument) =>
    deltas.has(instrument) ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
}
