/**
 * Records many values of one series in a histogram. OpenTelemetry's SDK hashes the attributes of each record, which takes
 * 0.7 to 3 µs; to add a value to the aggregate of the series takes 28 ns. So one value is recorded, and the others are
 * added to the aggregate that this one went to, found where SDKs 2 and 3 have it. Elsewhere each is recorded: in another
 * implementation, by a view that changes attributes, or in a series beyond the limit of cardinality.
 */
import { type Attributes, type Context, type Histogram, ROOT_CONTEXT } from '@opentelemetry/api';

interface Aggregate {
  record(value: number): void;
}

/** Where the SDK keeps the aggregates of an instrument: in one storage, or in one for each view and reader. */
interface Storage {
  readonly _backingStorages?: readonly Storage[];
  readonly _attributesProcessor?: { process(attributes: Attributes, context: Context): Attributes };
  readonly _deltaMetricStorage?: {
    readonly _activeCollectionStorage?: { get(attributes: Attributes): unknown };
  };
}

/** @param context for the views of the histogram. */
export function recordAll(
  histogram: Pick<Histogram, 'record'>,
  values: Float64Array,
  attributes: Attributes,
  context: Context = ROOT_CONTEXT,
): void {
  const [first, second] = values;
  if (first === undefined) return;
  histogram.record(first, attributes, context);
  const aggregates = second === undefined ? undefined : aggregatesOf(histogram, attributes, context);
  for (let index = 1; index < values.length; index++) {
    const value = values[index] as number;
    if (aggregates) for (const aggregate of aggregates) aggregate.record(value);
    else histogram.record(value, attributes, context);
  }
}

/** The aggregates that a record of these attributes goes to; undefined where they are not known. */
function aggregatesOf(
  histogram: object,
  attributes: Attributes,
  context: Context,
): readonly Aggregate[] | undefined {
  try {
    const storage = (histogram as { _writableMetricStorage?: Storage })._writableMetricStorage;
    const aggregates = storage && aggregatesIn(storage, attributes, context);
    return aggregates?.every(isAggregate) ? aggregates : undefined;
  } catch {
    return undefined; // of another version of the SDK
  }
}

function aggregatesIn(storage: Storage, attributes: Attributes, context: Context): unknown[] {
  const { _backingStorages: inner, _attributesProcessor: processor } = storage;
  if (inner) return inner.flatMap((part) => aggregatesIn(part, attributes, context));
  const isChanged = processor !== undefined && processor.process(attributes, context) !== attributes;
  return [isChanged ? undefined : storage._deltaMetricStorage?._activeCollectionStorage?.get(attributes)];
}

const isAggregate = (found: unknown): found is Aggregate =>
  typeof (found as Partial<Aggregate> | undefined)?.record === 'function';
