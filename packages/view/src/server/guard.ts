/** Access control: only programs of this machine and the viewer's page may read, and no page of another origin. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Access {
  /** The secret that each request must have; undefined if the viewer has no token. */
  readonly token: string | undefined;
  /** The origins of pages that may send to `/v1`. */
  readonly allowedOrigins: readonly string[];
  /** The address on which the viewer listens. */
  readonly host: string;
}

export interface Refusal {
  readonly status: number;
  readonly words: string;
}

export const newToken = (): string => randomBytes(32).toString('hex');

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/i;
export const isLoopback = (host: string): boolean => LOOPBACK.test(host) || host === '::1';

/** The page runs only its own script, and sends requests to the viewer only. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export function setHeaders(response: ServerResponse): void {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Security-Policy', PAGE_POLICY);
}

const hostOf = ({ headers }: IncomingMessage): string => (headers.host ?? '').replace(/:\d+$/, '');

/** Protects from DNS rebinding, in which another host name leads to this machine. With a token, any host name is allowed. */
const isKnownHost = (request: IncomingMessage, { token, host }: Access): boolean =>
  token !== undefined || LOOPBACK.test(hostOf(request)) || hostOf(request) === host;

const isIngest = (path: string): boolean => path.startsWith('/v1/');
const isData = (path: string): boolean => isIngest(path) || path.startsWith('/api/');

export const isAllowedOrigin = (
  { headers: { origin } }: IncomingMessage,
  path: string,
  { allowedOrigins }: Access,
): boolean => origin !== undefined && isIngest(path) && allowedOrigins.includes(origin);

const isOwnOrigin = ({ headers: { origin, host } }: IncomingMessage): boolean =>
  origin === undefined || origin === `http://${host}`;

/** Whether another site's page requests data or parts of the page. A link from another site to the page is allowed. */
function isForeignFetch({ headers }: IncomingMessage, path: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return isData(path) || headers['sec-fetch-dest'] !== 'document';
}

const COOKIE = 'llmtrace-view';

function tokenOf({ headers }: IncomingMessage): string | undefined {
  const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  return bearer ?? new RegExp(`(?:^|; )${COOKIE}=([0-9a-f]+)`).exec(headers.cookie ?? '')?.[1];
}

export function isToken(value: unknown, { token }: Access): boolean {
  if (token === undefined) return true;
  const [a, b] = [Buffer.from(String(value)), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

export const cookieOf = (token: string): string => `${COOKIE}=${token}; HttpOnly; SameSite=Strict; Path=/`;

/** @returns the refusal of a request; undefined if it is allowed. */
export function refusalOf(request: IncomingMessage, path: string, access: Access): Refusal | undefined {
  if (!isKnownHost(request, access))
    return {
      status: 421,
      words: 'This viewer answers on this machine only: ask for localhost or 127.0.0.1.',
    };
  if (!isAllowedOrigin(request, path, access)) {
    if (!isOwnOrigin(request) || isForeignFetch(request, path))
      return {
        status: 403,
        words:
          'Another page may not ask this viewer. Start it with --allow-origin to let a page send to /v1.',
      };
  }
  const needsToken = isData(path) && path !== '/api/login' && request.method !== 'OPTIONS';
  if (needsToken && !isToken(tokenOf(request), access))
    return { status: 401, words: 'This viewer asks for its token: open the address that it printed.' };
  return undefined;
}
