/**
 * The URL of a request. A path that begins with two slashes, as a base URL with a slash at its end makes it, names no other
 * host; one that is a whole URL, as a proxy gets it, does.
 */
export const requestUrl = (path: string, origin: string | URL): URL =>
  path.startsWith('//') ? new URL(`${new URL(origin).origin}${path}`) : new URL(path, origin);
