/** Parses a copy of the application's JSON, up to a maximum length. */

/** A value, or undefined where the text is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Fields that identify an answer and its usage; each is near the start or the end of a body. */
const OBJECTS = ['usage', 'usageMetadata', 'usage_info', 'meta', 'providerMetadata', 'error'] as const;
const TEXTS = ['id', 'model', 'modelVersion', 'object', 'service_tier'] as const;

/** The longest object that is looked for in a piece of a body. */
const MAX_OBJECT = 16_384;

/**
 * The fields at the beginning and the end of a body that is too long to parse: a list of embeddings has tens of
 * megabytes of numbers before its usage.
 */
export function fieldsNear(start: string, end: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of OBJECTS) {
    const value = objectAfter(end, name) ?? objectAfter(start, name);
    if (value !== undefined) found[name] = value;
  }
  for (const name of TEXTS) {
    const value = textAfter(end, name) ?? textAfter(start, name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** The last object of that name which is whole. */
function objectAfter(text: string, name: string): unknown {
  const at = text.lastIndexOf(`"${name}"`);
  if (at < 0) return undefined;
  const start = /^\s*:\s*(?=\{)/.exec(text.slice(at + name.length + 2, at + name.length + 32));
  if (!start) return undefined;
  const from = at + name.length + 2 + start[0].length;
  const end = endOfObject(text, from);
  return end === undefined ? undefined : jsonOf(text.slice(from, end));
}

/** A string, which the end of the text may cut off, or a brace. Each quote starts a match, so the search never repeats. */
const TOKEN = /"(?:[^"\\]|\\.)*(?:"|\\?$)|[{}]/gs;

/** Where the object that starts at `from` ends. */
function endOfObject(text: string, from: number): number | undefined {
  let depth = 0;
  for (const { 0: token, index } of text.slice(from, from + MAX_OBJECT).matchAll(TOKEN)) {
    if (token === '{') depth++;
    else if (token === '}') depth--;
    if (depth === 0) return from + index + 1;
  }
  return undefined;
}

function textAfter(text: string, name: string): string | undefined {
  const at = text.lastIndexOf(`"${name}"`);
  if (at < 0) return undefined;
  const [, value] =
    /^\s*:\s*"([^"\\]{1,200})"/.exec(text.slice(at + name.length + 2, at + name.length + 240)) ?? [];
  return value;
}
