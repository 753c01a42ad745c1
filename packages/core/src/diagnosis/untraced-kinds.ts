/**
 * Calls of kinds that llmtrace does not trace, reported once for each host and kind: those over WebSockets (realtime and live
 * sessions), and those whose answers do not contain what they used (runs of hosted agents, videos).
 */
import type { UntracedCalls } from '../model/sent-requests.ts';
import { facts, type KnownInstrumentation, tally } from '../platform/process-state.ts';
import { type Heading, hostOf, urlOf } from '../platform/request-url.ts';
import { isExcluded } from '../vendor/excluded.ts';
import { note } from './findings.ts';
import { lateCode } from './late-code.ts';

type KnownCalls = UntracedCalls & { readonly module: string };

/** Adds a vendor's kinds, once however often it is asked. */
export function watchKinds(module: string, untraced: readonly UntracedCalls[]): void {
  const shared = facts();
  shared.untracedCalls ??= [];
  if (shared.untracedCalls.some((known) => known.module === module)) return;
  shared.untracedCalls.push(...untraced.map((calls) => ({ module, ...calls })));
}

const MAX_HOSTS = 1000;
/** Nearly all hosts have no such calls: a request there costs one look into the table. */
const callsByHost = new Map<string, readonly KnownCalls[]>();
let callsInTable = 0;

/** The calls at the host of a request that are not traced. */
function callsAt(request: Heading): readonly KnownCalls[] {
  const { untracedCalls: all = [] } = facts();
  if (all.length !== callsInTable || callsByHost.size >= MAX_HOSTS) callsByHost.clear();
  callsInTable = all.length;
  const host = hostOf(request);
  let calls = callsByHost.get(host);
  if (!calls) {
    const { hostname } = urlOf(request);
    calls = all.filter(({ hosts }) => hosts.test(hostname));
    callsByHost.set(host, calls);
  }
  return calls;
}

const WEB_SOCKET = /^websocket$/i;

export function opensWebSocket(request: Heading): boolean {
  const protocol = request.getHeader ? request.getHeader('upgrade') : request.upgrade;
  return typeof protocol === 'string' && WEB_SOCKET.test(protocol);
}

/** A connection to a host of models. Messages on it are not looked at. */
export function lookAtWebSocket(request: Heading): void {
  const url = urlOf(request);
  const isOfModels = callsAt(request).length > 0;
  if (listening(url).some((one) => (isOfModels && one.tracesAnyClient) || isForModels(url, one)))
    tell('over WebSockets', url);
}

/** A request to no endpoint that is traced: nearly all of them are of nothing that is known here. */
export function lookAtKind(request: Heading): void {
  const calls = callsAt(request);
  if (calls.length === 0) return;
  const url = urlOf(request);
  for (const { module, paths } of calls) {
    const match = paths.exec(url.pathname + url.search);
    if (match) tellOf(match.slice(1).find(Boolean) ?? 'models', module, url);
  }
}

function tellOf(kind: string, module: string, url: URL): void {
  if (listening(url).some((each) => each.module === module || each.tracesAnyClient)) tell(`of ${kind}`, url);
}

/** As far as they are about hosts. */
interface Options {
  readonly httpExclude?: readonly string[];
  readonly providerMap?: Readonly<Record<string, string>>;
}

const optionsOf = ({ self }: KnownInstrumentation): Options =>
  (self as { getConfig?(): Options } | undefined)?.getConfig?.() ?? {};

/** The instrumentations that are enabled, and have not been told to leave the host out. */
const listening = (url: URL): KnownInstrumentation[] =>
  facts().instrumentations.filter(
    (each) => each.isEnabled() && !isExcluded(url, optionsOf(each).httpExclude ?? []),
  );

function isForModels(url: URL, instrumentation: KnownInstrumentation): boolean {
  if (instrumentation.tracesAnyClient) {
    const map = optionsOf(instrumentation).providerMap ?? {};
    return Boolean(lateCode()?.originOf(url.href, undefined, '', map).provider);
  }
  return facts().watched.some(
    ({ module, hosts }) => module === instrumentation.module && hosts.test(url.hostname),
  );
}

const tell = (kind: string, { host }: URL): void => tellKind(`calls ${kind} to ${host}`, host);

/** @param key by which the calls are counted. */
export function tellKind(calls: string, key: string): void {
  tally(facts().untraced, key);
  note(
    {
      code: 'untraced',
      message: `${calls} are not traced: llmtrace does not know their tokens and cost`,
      cure: 'Count them by the usage that the vendor reports',
      lost: true,
    },
    true,
  );
}
