/**
 * Detects **untraced** requests: those of a vendor's SDK that no traced call sent. Node.js publishes each HTTP
 * request on diagnostics channels, and the call stack of the sending shows which copy of the SDK sent it, and so the
 * cause. Only requests to the traced endpoints are inspected, not those that list models or count tokens.
 */
import { channel, subscribe } from 'node:diagnostics_channel';
import { diag } from '@opentelemetry/api';
import { callers } from '../platform/call-stack.ts';
import { facts, tally } from '../platform/process-state.ts';
import { type Heading, headerOf, urlOf } from '../platform/request-url.ts';
import type { Vendor } from '../vendor/vendor.ts';
import type { Sender } from './explain-untraced.ts';
import { note } from './findings.ts';
import { lateCode } from './late-code.ts';
import { isOf } from './sdk-files.ts';
import { lookAtKind, lookAtWebSocket, opensWebSocket, watchKinds } from './untraced-kinds.ts';

/** A request of undici (which implements `fetch`) or of `node:http`. */
interface SeenRequest extends Heading {
  readonly method?: string;
}

/** The SDK is on the stack when `node:http` creates a request; Node.js 20 publishes only the sending. */
const HTTP = Number.parseInt(process.versions.node, 10) < 22 ? 'start' : 'created';
const CHANNELS = ['undici:request:create', `http.client.request.${HTTP}`];

/** Requests of gRPC, which Node.js publishes from version 24 on. */
const HTTP2 = 'http2.client.stream.created';

/**
 * Channel that asks every copy of llmtrace in this process whether a call is open. It is process-wide because Jest
 * and similar runners give each test file separate globals, and so a separate copy of llmtrace.
 */
const QUESTIONS = 'llmtrace:under-way';

interface Question {
  readonly module: string | undefined;
  isUnderWay: boolean;
}

/**
 * Watches from now on for requests of an SDK, once however often it is asked; and for calls of kinds that are not traced.
 */
export function watchRequests({
  module,
  requests,
  untraced = [],
}: Pick<Vendor, 'module' | 'requests' | 'untraced'>): void {
  const shared = facts();
  watchKinds(module, untraced);
  const { watched } = shared;
  if (requests && !watched.some(({ module }) => module === requests.module)) watched.push(requests);
  if (shared.watches) return;
  shared.watches = true;
  for (const channel of CHANNELS) subscribe(channel, look);
  subscribe(HTTP2, lookAtStream);
  subscribe(QUESTIONS, answer);
}

function answer(asked: unknown): void {
  const question = asked as Question;
  question.isUnderWay ||= facts().underWay.some((ask) => ask(question.module));
}

function isUnderWay(module?: string): boolean {
  const question: Question = { module, isUnderWay: false };
  channel(QUESTIONS).publish(question);
  return question.isUnderWay;
}

/** An error that a channel's listener throws ends the process. */
function look(message: unknown): void {
  try {
    const { request } = message as { request: SeenRequest };
    if (!request.path) return;
    if (request.method === 'POST') compare(request, request.path);
    else if (opensWebSocket(request)) lookAtWebSocket(request);
  } catch (error) {
    diag.error('llmtrace: could not look at a request', error);
  }
}

function lookAtStream(message: unknown): void {
  try {
    const { headers } = message as { headers: Readonly<Record<string, unknown>> };
    const path = headers[':path'];
    if (headers[':method'] !== 'POST' || typeof path !== 'string') return;
    lookAtKind({ path, origin: `${headers[':scheme']}://${headers[':authority']}` });
  } catch (error) {
    diag.error('llmtrace: could not look at a request', error);
  }
}

/** The headers may be an SDK's; that it was one in this process, its code on the stack must show. */
function compare(request: SeenRequest, path: string): void {
  const candidates = facts().watched.filter(({ paths }) => paths.test(path));
  if (candidates.length === 0) {
    lookAtKind(request);
    return;
  }
  // Whichever of them sent it, a call of it is open: nearly all requests, which cost no look at their headers.
  if (candidates.every(({ module }) => isUnderWay(module)) || isOnWire(request)) return;
  const host = urlOf(request).hostname;
  const isVendors = candidates.some(({ hosts }) => hosts.test(host));
  const likely = candidates.find(({ sentBy }) => sentBy((name) => headerOf(request, name)) !== undefined);
  if (!likely) {
    if (isVendors && !isUnderWay()) explain(host, () => ({ host, files: callers() }));
    return;
  }
  if (isUnderWay(likely.module)) return;
  const version = likely.sentBy((name) => headerOf(request, name)) ?? '';
  const sdk = { module: likely.module, version };
  explain(likely.module, () => {
    const files = callers();
    const own = files.findIndex((file) => isOf(likely, file));
    if (own >= 0) return { ...sdk, files: files.slice(own) };
    if (!isVendors) return undefined; // a proxy that forwards requests of its clients, or another SDK of this kind
    return files.length > 0 ? { host, files } : { ...sdk, files };
  });
}

/** How many requests of a kind are inspected without a finding: a proxy may forward thousands a second. */
const MAX_LOOKS = 20;
const looks = new Map<string, number>();

/** The first is explained, the others are counted. */
function explain(key: string, find: () => Sender | undefined): void {
  const { untraced } = facts();
  if (untraced.has(key)) {
    tally(untraced, key);
    return;
  }
  if ((looks.get(key) ?? 0) >= MAX_LOOKS) return;
  tally(looks, key);
  const sender = find();
  if (!sender) return;
  const why = lateCode()?.whyUntraced(sender);
  if (!why) return; // llmtrace's files cannot be read now
  tally(untraced, 'module' in sender ? sender.module : sender.host);
  const { quiet, ...finding } = why;
  note(finding, !quiet);
}

/** Whether the request itself is traced: then it does not matter which method sent it. */
const isOnWire = (request: object): boolean => facts().onWire?.some((observes) => observes(request)) ?? false;
