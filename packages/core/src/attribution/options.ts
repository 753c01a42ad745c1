/** The options of attribution: where attributes come from, which are hashed, and which metrics have. */
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
   * The attributes that metrics have, too: `['tenant', 'feature']`. Each value of one is a time series more.
   * Environment: `LLMTRACE_METRIC_ATTRIBUTES=tenant.id,feature`.
   * @default []
   */
  metricAttributes?: readonly string[];
  /**
   * How many values each of these has on metrics; all further ones are `other`. Environment:
   * `LLMTRACE_METRIC_ATTRIBUTE_VALUES`.
   * @default 100
   */
  maxMetricValues?: number;
  /**
   * The attributes whose values are replaced by their hash, wherever telemetry has them: `['user']`. Environment:
   * `LLMTRACE_HASH_ATTRIBUTES`.
   * @default []
   */
  hash?: readonly string[];
  /**
   * The secret that the hashes are made with, the same in all processes whose data is joined. Environment:
   * `LLMTRACE_HASH_SALT`.
   * @default one of this process alone
   */
  salt?: string | undefined;
}

/** The same, complete. */
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
        'the entries of the baggage that are [attributes](docs/attribution.md) of a call; `none`: none',
      byDefault: 'user.id,session.id,tenant.id',
    },
    requestFields: "read attributes from the request's own fields (`user`, `metadata`, …)",
    metricAttributes:
      '[attributes](docs/attribution.md) that metrics and Prometheus have, too: `tenant.id,feature`',
    maxMetricValues: 'how many values each of them has there; further ones are `other`',
    hash: 'attributes whose values are hashed wherever telemetry has them: `user,session`',
    salt: {
      description: 'the secret for these hashes, the same in all processes',
      byDefault: 'one of this process alone',
    },
  },
);
