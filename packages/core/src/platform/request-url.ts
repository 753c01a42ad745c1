/**
 * The URL of a request. A path that begins with two slashes, as a base URL with a slash at its end makes it, names no other
 * host; one that is a whole URL, as a proxy gets it, does.
 */
export const requestUrl = (path: string, origin: string | URL): URL =>
  path.startsWith('//') ? new URL(`${new URL(origin).origin}${path}`) : new URL(path, origin);

/** A request of undici or of `node:http`, as far as its place and its headers go. */
export interface Heading {
  readonly path?: string;
  readonly host?: string | null;
  /** Undici's alone, as are `headers` and `upgrade`. */
  readonly origin?: string | URL;
  readonly headers?: unknown;
  readonly upgrade?: unknown;
  /** `node:http`'s alone, with `getHeader`. */
  readonly protocol?: string;
  getHeader?(name: string): unknown;
}

/** The host of a request, or its origin, as one text: a key, which costs less than {@link urlOf}. A proxy gets whole URLs. */
export const hostOf = (request: Heading): string =>
  request.path?.startsWith('/')
    ? String((request.getHeader ? request.getHeader('host') : request.host) ?? request.origin)
    : urlOf(request).host;

/** The host is that of the header: undici's `interceptors.dns()` has the origin be an address. */
export function urlOf(request: Heading): URL {
  const { path = '', host, origin } = request;
  const protocol = origin === undefined ? request.protocol : new URL(origin).protocol;
  const named = `${protocol}//${headerOf(request, 'host') ?? host ?? ''}`;
  return requestUrl(path, URL.canParse(named) ? named : (origin ?? named));
}

/** @param name in small letters. */
export const headerOf = (request: Heading, name: string): string | undefined =>
  request.getHeader ? textOf(request.getHeader(name)) : headerIn(request.headers, name);

/**
 * A header from one of undici's forms: alternating names and values (texts, or bytes), one text (undici 5), or an
 * object.
 *
 * @param name in small letters.
 */
export function headerIn(headers: unknown, name: string): string | undefined {
  if (Array.isArray(headers)) return headerInList(headers, name);
  if (typeof headers === 'string') return headerInText(headers, name);
  if (typeof headers !== 'object' || headers === null) return undefined;
  return textOf((headers as Record<string, unknown>)[name]);
}

function headerInList(list: readonly unknown[], name: string): string | undefined {
  for (let at = 0; at + 1 < list.length; at += 2) {
    if (String(list[at]).toLowerCase() === name) return textOf(list[at + 1]);
  }
  return undefined;
}

function headerInText(text: string, name: string): string | undefined {
  const line = text.split('\r\n').find((one) => one.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim();
}

const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : String(value);
