/** The attributes of calls that metrics have, too: as few values as the options allow. */
import type { Attributes } from '@opentelemetry/api';
import { attributeValue, spanAttribute } from '../../model/attributes.ts';
import type { Call } from '../../model/call.ts';
import { memo } from '../../platform/memo.ts';
import { warnOnce } from '../../platform/warn.ts';
import type { Entry } from './attribute-sets.ts';

/** The value in the place of all values beyond the limit. */
const OTHER = 'other';
/** How many combinations of values there are; all further ones are `other` in each attribute. */
const MAX_LABELS = 10_000;

/** A combination of values; the same values are the same object. */
export interface Labels {
  readonly attributes: Attributes;
  /** The series that have these values, those of the last calls first. */
  readonly recent: Entry[];
}

/** The labels of a call; undefined where no attributes are named. */
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

/** The limit holds for all instrumentations of the process together. */
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
  const make = (own: readonly (string | undefined)[]): Labels => {
    const entries = own.flatMap((value, at) =>
      value === undefined ? [] : [[spanAttribute(names[at] as string), value] as const],
    );
    return { attributes: Object.fromEntries(entries), recent: [] };
  };
  const labelsOf = ({ attributes }: Call): Labels => {
    const own = names.map((name, at) => values[at]?.(attributeValue(attributes, name)));
    const key = own.join('\0');
    let found = labels.get(key);
    if (!found) {
      if (labels.size >= MAX_LABELS) return rest;
      found = make(own);
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

/** The first `max` values of an attribute as they are, and `other` for all further ones. */
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
