/**
 * What is **untraced**: a request of a vendor's SDK that no traced call sent. It is seen in the channels on which
 * Node.js tells of each HTTP request, and the stack of its sending tells which copy of the SDK it was, and so why.
 * Looked at are only requests as the endpoints send them: whoever lists models or counts tokens is not asked.
 */
import { subscribe } from 'node:diagnostics_channel';
import { diag } from '@opentelemetry/api';
import { callers } from './callers.ts';
import { facts, tally } from './facts.ts';
import { note } from './findings.ts';
import type { SentRequests } from './vendor.ts';
import { whyUntraced } from './why-untraced.ts';

/** A request as undici has it, which is what `fetch` is, or as `node:http` has it. */
interface SeenRequest {
  readonly method?: string;
  readonly path?: string;
  /** Undici's alone, with `headers`: names and values by turns. */
  readonly origin?: string | URL;
  readonly headers?: readonly unknown[];
  /** `node:http`'s alone, with `getHeader`. */
  readonly host?: string;
  getHeader?(name: string): unknown;
}

/** When `node:http` makes a request the SDK is on the stack; Node.js 20 tells only when it sends it. */
const HTTP = Number.parseInt(process.versions.node, 10) < 22 ? 'start' : 'created';
const CHANNELS = ['undici:request:create', `http.client.request.${HTTP}`];

/** Watches for requests of an SDK from now on; once an SDK, however often it is asked. */
export function watchRequests(requests: SentRequests): void {
  const { watched } = facts();
  if (watched.some(({ module }) => module === requests.module)) return;
  watched.push(requests);
  if (watched.length > 1) return;
  for (const channel of CHANNELS) subscribe(channel, look);
}

/** What a listener of a channel throws ends the process. */
function look(message: unknown): void {
  try {
    const { request } = message as { request: SeenRequest };
    if (request.method === 'POST' && request.path) compare(request, request.path);
  } catch (error) {
    diag.error('llmtrace: could not look at a request', error);
  }
}

function compare(request: SeenRequest, path: string): void {
  const candidates = facts().watched.filter(({ paths }) => paths.test(path));
  if (candidates.length === 0) return;
  for (const { module, sentBy } of candidates) {
    const version = sentBy((name) => headerOf(request, name));
    if (version === undefined) continue;
    if (!isUnderWay(module)) explain(module, { module, version });
    return;
  }
  const host = hostOf(request);
  if (candidates.some(({ hosts }) => hosts.test(host)) && !isUnderWay()) explain(host, { host });
}

const isUnderWay = (module?: string): boolean => facts().underWay.some((ask) => ask(module));

/** The first is explained, the others are counted. */
function explain(key: string, sender: { host: string } | { module: string; version: string }): void {
  const { untraced } = facts();
  tally(untraced, key);
  if (untraced.get(key) !== 1) return;
  const { quiet, ...finding } = whyUntraced({ ...sender, files: callers() });
  note(finding, !quiet);
}

const hostOf = ({ origin, host }: SeenRequest): string =>
  origin === undefined ? (host ?? '') : new URL(origin).hostname;

/** @param name in small letters. */
function headerOf(request: SeenRequest, name: string): string | undefined {
  if (request.getHeader) return textOf(request.getHeader(name));
  const { headers = [] } = request;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (String(headers[at]).toLowerCase() === name) return textOf(headers[at + 1]);
  }
  return undefined;
}

const textOf = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));
