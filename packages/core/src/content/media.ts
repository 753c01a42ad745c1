/** Bytes within content, which are recorded as their type, their size and their hash. */
import type { BlobPart, UriPart } from '../model/messages.ts';
import { sha256 } from '../platform/crypto.ts';

/** Base64 of this many characters or more counts as bytes in any field. */
const LONG = 1024;
const BASE64 = /^(?:[\w+/-]{60,}\r?\n)*[\w+/-]*={0,2}\s*$/;
const DATA_URL = /data:(?:[\w.+-]{1,60}\/[\w.+-]{1,100})?(?:;[\w=.+"-]{1,100}){0,4};base64,([\w+/=-]*)/gi;

/** The placeholder for bytes. */
function omitted(bytes: Uint8Array): string {
  return `llmtrace:omitted;sha256=${sha256(bytes)};bytes=${bytes.length}`;
}

const decoded = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

/** True for the placeholder of bytes. */
export const isOmitted = (text: string): boolean => /^llmtrace:omitted;sha256=\w{64};bytes=\d+$/.test(text);

/** The same place in the message, without the bytes: the conventions' part for a link. */
export function omitBlob({ modality, mime_type, content }: BlobPart): UriPart {
  const bytes = typeof content === 'string' ? decoded(content) : content;
  return {
    type: 'uri',
    modality,
    ...(mime_type === undefined ? {} : { mime_type }),
    uri: omitted(bytes),
  };
}

/**
 * A text without its bytes: `data:` URLs, or a text that is only base64.
 * @param isProse true where nothing but base64 is not to be expected: a long word is then a long word.
 */
export function omitBytes(text: string, isProse: boolean): string {
  if (!isProse && text.length >= LONG && BASE64.test(text)) return omitted(decoded(text));
  if (!/;base64,/i.test(text)) return text;
  return text.replace(DATA_URL, (_url, base64: string) => omitted(decoded(base64)));
}

/** A blob with its bytes as base64, as the conventions have it. */
export const encodeBlob = (part: BlobPart): BlobPart =>
  typeof part.content === 'string'
    ? part
    : { ...part, content: Buffer.from(part.content).toString('base64') };

export function isBlob(value: object): value is BlobPart {
  const { type, modality, content } = value as Partial<BlobPart>;
  return (
    type === 'blob' &&
    typeof modality === 'string' &&
    (content instanceof Uint8Array || (typeof content === 'string' && /^[\w+/=\s-]*$/.test(content)))
  );
}
