/** The options of attribution: the sources of attributes, which of them are hashed, and which are on metrics. */
import { flag, positiveInteger, type Rules, text, texts } from '../options/rules.ts';
import { optionTable } from '../options/table.ts';

export interface AttributionOptions {
  /**
   * The entries of OpenTelemetry's baggage that are attributes of a call: `user.id`, `session.id`, `tenant.id` and the
   * other names; any other entry is an attribute of its own name. Environment: `LLMTRACE_BAGGAGE_KEYS`, where `none`
   * reads no entry.
   * @default ['user.id', 'session.id', 'tenant.id']
   */
  baggageKeys?: readonly string[];
  /**
   * Read attributes from the request's own fields: `user`, `safety_identifier`, `metadata`, `prompt`, `labels`.
   * Environment: `LLMTRACE_REQUEST_ATTRIBUTES`.
   * @default true
   */
  requestFields?: boolean;
  /**
   * The attributes that are also on metrics: `['tenant', 'feature']`. Each value of an attribute adds a time series.
   * Environment: `LLMTRACE_METRIC_ATTRIBUTES=tenant.id,feature`.
   * @default []
   */
  metricAttributes?: readonly string[];
  /**
   * The most values of each of these attributes on metrics; all further values are `other`. Environment:
   * `LLMTRACE_METRIC_ATTRIBUTE_VALUES`.
   * @default 100
   */
  maxMetricValues?: number;
  /**
   * The attributes whose values are replaced by their hash in all telemetry: `['user']`. Environment:
   * `LLMTRACE_HASH_ATTRIBUTES`.
   * @default []
   */
  hash?: readonly string[];
  /**
   * The secret for the hashes; it must be the same in all processes whose data is joined. Environment:
   * `LLMTRACE_HASH_SALT`.
   * @default a random one for each process
   */
  salt?: string | undefined;
}

/** {@link AttributionOptions} with defaults. */
export type ResolvedAttribution = Required<Omit<AttributionOptions, 'salt'>> & {
  readonly salt: string | undefined;
};

const list = texts;

export const ATTRIBUTION_RULES: Rules<ResolvedAttribution> = {
  baggageKeys: {
    ...list('LLMTRACE_BAGGAGE_KEYS'),
    parse: (value, isWrong) => (value.toLowerCase() === 'none' ? [] : list('').parse?.(value, isWrong)),
  },
  requestFields: flag('LLMTRACE_REQUEST_ATTRIBUTES'),
  metricAttributes: list('LLMTRACE_METRIC_ATTRIBUTES'),
  maxMetricValues: positiveInteger('LLMTRACE_METRIC_ATTRIBUTE_VALUES'),
  hash: list('LLMTRACE_HASH_ATTRIBUTES'),
  salt: text('LLMTRACE_HASH_SALT'),
};

export const ATTRIBUTION_DEFAULTS: ResolvedAttribution = {
  baggageKeys: ['user.id', 'session.id', 'tenant.id'],
  requestFields: true,
  metricAttributes: [],
  maxMetricValues: 100,
  hash: [],
  salt: undefined,
};

export const ATTRIBUTION_TABLE = optionTable<ResolvedAttribution>(
  'attribution',
  ATTRIBUTION_RULES,
  ATTRIBUTION_DEFAULTS,
  {
    baggageKeys: {
      description:
        'the entries of the baggage that are [attributes](docs/attribution.md) of a call, or `none`',
      byDefault: 'user.id,session.id,tenant.id',
    },
    requestFields: "read attributes from the request's own fields (`user`, `metadata`, …)",
    metricAttributes:
      '[attributes](docs/attribution.md) that are also on metrics and labels of Prometheus: `tenant.id,feature`',
    maxMetricValues: 'the most values of each of these attributes on metrics; further values are `other`',
    hash: 'attributes whose values are hashed in all telemetry: `user,session`',
    salt: {
      description: 'the secret for these hashes, the same in all processes',
      byDefault: 'a random one for each process',
    },
  },
);
