/** How much text a request has, without its text being kept. */

/** How many values of a request are looked at, and how deep. */
const MAX_VALUES = 5000;
const MAX_DEPTH = 12;
/** What an image or a file counts as that stands in a request as a text of base64. */
const MEDIA_SIZE = 3000;
/** A text of this length without a space is no language. */
const MEDIA_LENGTH = 2000;

/** How many characters of text are in the arguments of a call, as far as they are looked at; bytes count as media. */
export function sizeOf(args: unknown): number {
  const looked = { values: 0 };
  return sizeOfValue(args, 0, looked);
}

function sizeOfValue(value: unknown, depth: number, looked: { values: number }): number {
  if (typeof value === 'string') return isMedia(value) ? MEDIA_SIZE : value.length;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return 0;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return MEDIA_SIZE;
  let size = 0;
  for (const part of partsOf(value)) {
    if (++looked.values > MAX_VALUES) break;
    size += sizeOfValue(part, depth + 1, looked);
  }
  return size;
}

/** Only of plain objects: reading a field of a class instance may run code. */
function partsOf(value: object): unknown[] {
  if (Array.isArray(value)) return value;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype ? Object.values(value) : [];
}

const isMedia = (text: string): boolean =>
  text.length > MEDIA_LENGTH && (text.startsWith('data:') || !text.slice(0, MEDIA_LENGTH).includes(' '));
