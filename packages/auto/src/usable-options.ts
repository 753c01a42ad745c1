/** Drops the wrong options of a configuration, and keeps the others. */

type Options = Readonly<Record<string, unknown>>;

/** An option that was dropped. */
export interface Dropped {
  /** Its name: `retry`, or `retry.maxRetries`. */
  readonly option: string;
  /** The message of the error that names it. */
  readonly why: string;
}

export interface Usable {
  readonly options: Options;
  readonly dropped: readonly Dropped[];
}

/** The most fields that are dropped from one object; with more wrong ones, the object is dropped. */
const MAX_DROPPED = 20;

/**
 * Returns the right options. Of a wrong option that is an object, only its wrong fields are dropped; of a list, its wrong
 * entries.
 *
 * @param check throws for the first wrong option.
 */
export function usableOptions(options: Options, check: (options: Options) => unknown): Usable {
  const dropped: Dropped[] = [];
  const usable = Object.entries(options).flatMap(([option, value]) => {
    const checkValue = (candidate: unknown): string | undefined =>
      messageOf(() => check({ [option]: candidate }));
    const kept = usableValue(option, value, checkValue, dropped);
    return kept === undefined ? [] : [[option, kept] as const];
  });
  return { options: Object.fromEntries(usable), dropped };
}

/** @returns the message about a wrong value; undefined for a right one. */
type Check = (value: unknown) => string | undefined;

function usableValue(option: string, value: unknown, check: Check, dropped: Dropped[]): unknown {
  if (check(value) === undefined) return value;
  if (!Array.isArray(value)) return withoutWrong(option, value, check, dropped);
  const entries = value.flatMap(
    (item, index) => usableValue(`${option}[${index}]`, item, (entry) => check([entry]), dropped) ?? [],
  );
  return entries.length > 0 && check(entries) === undefined ? entries : undefined;
}

/** Drops the wrong fields. A field is the wrong one if the error changes without it. */
function withoutWrong(option: string, value: unknown, check: Check, dropped: Dropped[]): unknown {
  let rest = value;
  for (let count = 0; count <= MAX_DROPPED; count++) {
    const why = check(rest);
    if (why === undefined) return rest;
    const wrong = wrongField(rest, why, check);
    dropped.push({ option: wrong === undefined ? option : `${option}.${wrong}`, why });
    if (wrong === undefined) return undefined;
    rest = without(rest as Options, wrong);
  }
  return undefined;
}

function wrongField(value: unknown, why: string, check: Check): string | undefined {
  if (!isPlain(value)) return undefined;
  const names = Object.keys(value).slice(0, 100);
  return names.find((name) => check(without(value, name)) !== why);
}

const without = (options: Options, name: string): Options =>
  Object.fromEntries(Object.entries(options).filter(([key]) => key !== name));

const isPlain = (value: unknown): value is Options =>
  typeof value === 'object' &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value));

function messageOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
