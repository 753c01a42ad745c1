/**
 * A **portrait** has all that an application can find out about a value, as plain JSON: its classes, its methods and
 * its fields, with hidden ones, and without anything that differs between two runs. Two values that an application
 * cannot distinguish have the same portrait, also if different processes made them.
 */

export type Portrait = string | number | boolean | null | Portrait[] | { [key: string]: Portrait };

/** The keys of fields whose values differ between two runs. */
const VOLATILE_KEYS = new Set([
  'stack',
  'localPort',
  'remotePort',
  'bytesRead',
  'bytesWritten',
  'timeout',
  'port',
  'totalRetryDelay',
  // AWS's errors have the whole connection in this field.
  '$response',
]);
const VOLATILE_HEADERS = new Set([
  'date',
  'host',
  'keep-alive',
  'amz-sdk-invocation-id',
  'amz-sdk-request',
  'x-amz-date',
]);
const LOOPBACK = /(127\.0\.0\.1|localhost):\d+/g;
/** openai gives a call of a tool that has no id a random one. */
const RANDOM_ID = /\b[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}\b/g;

/** The text with words in place of what differs between two runs: a loopback port, a random id. */
const steady = (text: string): string => text.replace(LOOPBACK, '$1:port').replace(RANDOM_ID, 'random-id');

/** The names of a value's classes, the nearest first. */
export function classesOf(value: object): string[] {
  const names: string[] = [];
  for (let proto = Object.getPrototypeOf(value); proto !== null; proto = Object.getPrototypeOf(proto)) {
    names.push(String(proto.constructor?.name));
  }
  return names;
}

/** The names of all methods that can be called on a value, its own and inherited ones. */
export function methodsOf(value: object): string[] {
  const names = new Set<string>();
  for (let owner: object = value; owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    for (const [name, { value: member }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (typeof member === 'function') names.add(name);
    }
    if (Object.getPrototypeOf(owner) === null) break;
  }
  return [...names].sort();
}

/** The classes and methods of an object, and its text. */
export const shapeOf = (value: object): Portrait => ({
  classes: classesOf(value),
  methods: methodsOf(value),
  tag: String(value),
});

/** Headers in their order, without those that differ between two runs. */
export function steadyHeaders(headers: Iterable<[string, unknown]>): Portrait {
  const kept = [...headers].filter(([name]) => !VOLATILE_HEADERS.has(name.toLowerCase()));
  return Object.fromEntries(
    kept.map(([name, value]) => [name, steady(String(value)).replace(/boundary=.*/, 'boundary=…')]),
  );
}

/** The portrait of any value. */
export function portrait(value: unknown, path: readonly object[] = []): Portrait {
  switch (typeof value) {
    case 'string':
      return steady(value);
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : `«${value}»`;
    case 'object':
      return value === null ? null : path.includes(value) ? '«itself»' : ofObject(value, [...path, value]);
    case 'function':
      return `«function ${value.name}»`;
    default:
      return `«${String(value)}»`;
  }
}

function ofObject(value: object, path: readonly object[]): Portrait {
  if (Array.isArray(value)) return value.map((entry) => portrait(entry, path));
  if (ArrayBuffer.isView(value)) return { classes: classesOf(value), bytes: hexOf(value) };
  if (value instanceof ArrayBuffer) return { classes: classesOf(value), bytes: hexOf(new Uint8Array(value)) };
  if (isHeaders(value)) return { classes: classesOf(value), headers: steadyHeaders(value.entries()) };
  if (isResponse(value)) return ofResponse(value);
  const classes = classesOf(value);
  const fields = fieldsOf(value, path);
  return classes.length === 1 && classes[0] === 'Object' ? fields : { '«classes»': classes, ...fields };
}

/** The own fields in their order. Hidden ones are included and marked; a symbol is named by its description. */
function fieldsOf(value: object, path: readonly object[]): { [key: string]: Portrait } {
  const fields: { [key: string]: Portrait } = {};
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    if (VOLATILE_KEYS.has(name)) continue;
    const field = 'value' in descriptor ? portrait(descriptor.value, path) : '«accessor»';
    fields[descriptor.enumerable ? name : `«hidden» ${name}`] = field;
  }
  return fields;
}

/** The bytes of a view as hexadecimal digits: the view may be a part of a larger buffer. */
const hexOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('hex');

const isHeaders = (value: object): value is Headers => classesOf(value).includes('Headers');

const isResponse = (value: object): value is Response => classesOf(value).includes('Response');

/** The portrait of a response, by its accessors. It does not read the body. */
const ofResponse = (response: Response): Portrait => ({
  ...(shapeOf(response) as { [key: string]: Portrait }),
  status: response.status,
  statusText: response.statusText,
  ok: response.ok,
  url: steady(response.url),
  bodyUsed: response.bodyUsed,
  headers: steadyHeaders(response.headers.entries()),
});
