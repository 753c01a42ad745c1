/** Makes parts of messages from vendors' values. */
import type { BlobPart, GenericPart, Modality, Part, TextPart, UriPart } from '../model/messages.ts';

export const isThere = (value: unknown): boolean => value !== undefined && value !== null;

/**
 * Several, one in the place of several, or none, as a list without holes: however far apart a vendor's indices are, it
 * takes no longer.
 */
// biome-ignore lint/suspicious/noExplicitAny: payloads of vendors have no type here
export const list = (value: any): any[] =>
  (Array.isArray(value) ? Object.values(value) : [value]).filter(isThere);

/** A text; none where there is nothing to say. */
export const text = (value: unknown): TextPart[] =>
  typeof value === 'string' && value !== '' ? [{ type: 'text', content: value }] : [];

/** The model's thoughts; none where the vendor does not show them. */
export const reasoning = (value: unknown): Part[] =>
  typeof value === 'string' && value !== '' ? [{ type: 'reasoning', content: value }] : [];

/** Parses JSON text; a text that is no JSON (or incomplete) stays as it is. */
export function parsed(json: unknown): unknown {
  if (typeof json !== 'string') return copied(json);
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** The JSON form of a value, as it is sent. It shares nothing with the value itself. */
export function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return JSON.parse(JSON.stringify(value));
}

/** A vendor's item for which there is no part, unchanged. */
export function generic(value: unknown): GenericPart {
  const whole = copied(value);
  if (typeof whole !== 'object' || whole === null) return { type: 'unknown', value: whole };
  const { type } = whole as { type?: unknown };
  return { ...whole, type: typeof type === 'string' ? type : 'unknown' };
}

const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/;

/** The part for a URL: a link, or the bytes of a `data:` URL. */
export function link(url: unknown, modality: Modality, mimeType?: unknown): (UriPart | BlobPart)[] {
  if (typeof url !== 'string' || url === '') return [];
  const data = DATA_URL.exec(url);
  if (!data) return [{ type: 'uri', modality, ...mime(mimeType), uri: url }];
  const [start, type, options = ''] = data;
  const rest = url.slice(start.length);
  const content = /;base64$/i.test(options) ? rest : Buffer.from(decoded(rest));
  return [{ type: 'blob', modality, ...mime(type || mimeType), content }];
}

/** A text without valid percent-encoding stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Bytes, or their base64. */
export function blob(content: unknown, modality: Modality, mimeType?: unknown): BlobPart[] {
  if (content instanceof ArrayBuffer) return blob(new Uint8Array(content), modality, mimeType);
  const isContent = typeof content === 'string' ? content !== '' : content instanceof Uint8Array;
  return isContent
    ? [{ type: 'blob', modality, ...mime(mimeType), content: content as string | Uint8Array }]
    : [];
}

/** The modality of a media type; any other type is a document. */
export function modalityOf(mimeType: unknown): Modality {
  const [kind = ''] = String(mimeType).split('/');
  return ['image', 'video', 'audio'].includes(kind) ? kind : 'document';
}

const mime = (type: unknown): { mime_type?: string } =>
  typeof type === 'string' && type !== '' ? { mime_type: type } : {};
