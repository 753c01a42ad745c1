/** The attributes of calls on metrics, with a bounded number of values. */
import type { Attributes } from '@opentelemetry/api';
import { attributeValue, spanAttribute } from '../../model/attributes.ts';
import type { Call } from '../../model/call.ts';
import { memo } from '../../platform/memo.ts';
import { warnOnce } from '../../platform/warn.ts';
import type { Entry } from './attribute-sets.ts';

/** The label of all values beyond the limit. */
const OTHER = 'other';
/** The most combinations of values; further ones are `other` in each attribute. */
const MAX_LABELS = 10_000;

/** A combination of values. Equal combinations are the same object. */
export interface Labels {
  readonly attributes: Attributes;
  /** The series with these values, the most recently used first. */
  readonly recent: Entry[];
}

/** The labels of a call; undefined if the option `metricAttributes` is empty. */
export type LabelsOf = (call: Readonly<Call>) => Labels | undefined;

export interface LabelOptions {
  readonly metricAttributes: readonly string[];
  readonly maxMetricValues: number;
}

const sharedLabels = memo(
  new Map<string, LabelsOf>(),
  (_key, { metricAttributes, maxMetricValues }: LabelOptions) =>
    makeLabels(metricAttributes, maxMetricValues),
);

/** All instrumentations of the process with the same options share the limit. */
export function labelsBy(options: LabelOptions): LabelsOf {
  const { metricAttributes, maxMetricValues } = options;
  if (metricAttributes.length === 0) return none;
  return sharedLabels(JSON.stringify([maxMetricValues, metricAttributes]), options);
}

const none: LabelsOf = () => undefined;

const LABELS = Symbol('labels');

function makeLabels(names: readonly string[], max: number): LabelsOf {
  const values = names.map((name) => cappedValues(name, max));
  const labels = new Map<string, Labels>();
  const make = (labelValues: readonly (string | undefined)[]): Labels => {
    const entries = labelValues.flatMap((value, at) =>
      value === undefined ? [] : [[spanAttribute(names[at] as string), value] as const],
    );
    return { attributes: Object.fromEntries(entries), recent: [] };
  };
  const labelsOf = ({ attributes }: Call): Labels => {
    const labelValues = names.map((name, at) => values[at]?.(attributeValue(attributes, name)));
    const key = labelValues.join('\0');
    let found = labels.get(key);
    if (!found) {
      if (labels.size >= MAX_LABELS) return rest;
      found = make(labelValues);
      labels.set(key, found);
    }
    return found;
  };
  const rest = make(names.map(() => OTHER));
  return (call) => {
    const labelled = call as Call & { [LABELS]?: Labels };
    labelled[LABELS] ??= labelsOf(call);
    return labelled[LABELS];
  };
}

/** Passes on the first `max` values of an attribute; all further values become `other`. */
function cappedValues(name: string, max: number): (value: string | undefined) => string | undefined {
  const seen = new Set<string>();
  return (value) => {
    if (value === undefined || seen.has(value)) return value;
    if (seen.size < max) {
      seen.add(value);
      return value;
    }
    warnOnce(
      `more than ${max} values of the attribute \`${name}\` on metrics; further ones are counted as \`${OTHER}\`. ` +
        'LLMTRACE_METRIC_ATTRIBUTE_VALUES allows more; each is a time series more',
    );
    return OTHER;
  };
}
