/**
 * `@llmtrace/instrumentation-http-clients`: traces model calls by the requests themselves, whichever client sends them:
 * `fetch`, undici, `node:http`, `node:http2`, and all that is built on these.
 */
import module from 'node:module';
import {
  facts,
  type InstrumentationEntry,
  isExcluded,
  LlmInstrumentation,
  type LlmTraceConfig,
  late,
  type OpenCall,
  openCall,
  openCallHere,
  tally,
  type Vendor,
  warnOnce,
} from '@llmtrace/core/internal';
import { NodeHttpWatcher } from './clients/node-http.ts';
import { NodeHttp2Watcher } from './clients/node-http2.ts';
import type { Header } from './clients/reading.ts';
import { UndiciWatcher } from './clients/undici.ts';
import type { CallOpener, Exchange, OpenedCall, RequestObserver } from './exchange.ts';
import type { Attempt } from './fetch/attempt.ts';
import type { Fetch, FetchRequest } from './fetch/fetch-request.ts';
import type { FetchGate } from './fetch/instrument-fetch.ts';
import { mayBeCall } from './paths.ts';
import type { Beside, Target } from './protocols/protocol.ts';
import type { Recognised } from './recognise.ts';
import { untracedCalls } from './untraced-calls.ts';
import { claimRequest, isLeftToSdk, isOfSdk } from './yielding.ts';

const NAME = '@llmtrace/instrumentation-http-clients';

const require = module.createRequire(import.meta.url);
const code = late(() => require('./code.ts') as typeof import('./code.ts'));

// As it is now: the tests of an application may replace it.
const nodesFetch = globalThis.fetch;

/** There is no SDK to patch: the endpoints are those of the protocols, which requests are known by. */
const httpClients: Vendor = {
  provider: 'openai',
  module: 'http-clients',
  tracesAnyClient: true,
  extensions: [],
  main: (exports) => exports,
  client: (asked) => asked,
  baseURL: (asked: Beside) => asked?.url,
  protocolOf: (asked: Beside) => asked?.protocol,
  endpoints: [],
  untraced: untracedCalls,
};

/**
 * The instrumentation of HTTP clients. A request that an instrumented SDK sends within its call is left to that SDK's
 * instrumentation.
 *
 * @throws TypeError for an option that has a wrong value.
 */
export class HttpClientsInstrumentation extends LlmInstrumentation {
  // `declare`: see LlmInstrumentation.
  declare private _isWatching: boolean | undefined;
  declare private _bareFetch: { readonly bare: Fetch; readonly fetch: Fetch } | undefined;

  constructor(config: LlmTraceConfig = {}) {
    super(NAME, '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return httpClients;
  }

  override enable(): void {
    super.enable();
    if (!this.isEnabled()) return;
    this._replaceFetch();
    if (this._isWatching) return;
    this._isWatching = true;
    this._watch();
  }

  override disable(): void {
    super.disable();
    this._restoreFetch();
  }

  override setConfig(config: LlmTraceConfig): void {
    super.setConfig(config);
    if (this.isEnabled()) this._replaceFetch();
  }

  /**
   * Makes retries, rate limits, budgets, interceptors and the request of usage hold for the model calls of one `fetch`,
   * as `interceptFetch` does for the global one: `createGroq({ fetch: instrumentation.instrumentFetch(fetch) })`.
   *
   * @returns a function with the name, the length and the properties of `fetch`; `fetch` itself where it is instrumented
   * already, or llmtrace's files cannot be read.
   */
  instrumentFetch<F extends Fetch>(fetch: F): F {
    try {
      return code().instrumentFetch(fetch, this._gate());
    } catch {
      return fetch; // llmtrace's files cannot be read, of which there is a warning
    }
  }

  private _replaceFetch(): void {
    if (!this.getConfig().interceptFetch || this._bareFetch) return;
    const bare = globalThis.fetch;
    const fetch = this.instrumentFetch(bare);
    if (fetch === bare) return;
    this._bareFetch = { bare, fetch };
    globalThis.fetch = fetch;
  }

  /** Where another library has replaced it since, ours stays beneath, and passes requests on. */
  private _restoreFetch(): void {
    const { _bareFetch: replaced } = this;
    if (!replaced || globalThis.fetch !== replaced.fetch) return;
    globalThis.fetch = replaced.bare;
    this._bareFetch = undefined;
  }

  private _gate(): FetchGate {
    return {
      isOpen: () => this.isEnabled() && !openCallHere() && !code().attemptHere() && this._asksOrIntercepts(),
      open: (request) => this._openBefore(request),
      failed: (error) => this._diag.error('could not intercept a request', error),
      owner: this,
      nodesFetch,
    };
  }

  private _asksOrIntercepts(): boolean {
    const engine = this._current();
    return engine !== undefined && (engine.intercept !== undefined || engine.streamUsage);
  }

  private _openBefore({ url, header, value }: FetchRequest): OpenedCall | undefined {
    if (this._isLeft(url, header)) return undefined;
    const target = { url, path: url.pathname, header };
    const found = code().recognise(target, value, this._isKnown(target));
    const live = found?.isSure ? this._open(found, performance.now()) : undefined;
    return found && live && { live, found };
  }

  private _isLeft(url: URL, header: Header): boolean {
    return isLeftToSdk(url, header) || this._isExcluded(url);
  }

  private _isExcluded(url: URL): boolean {
    return isExcluded(url, this.getConfig().httpExclude ?? []);
  }

  private _isKnown({ url, header }: Target): boolean {
    return code().isKnownHost(url, this.getConfig().providerMap ?? {}) || isOfSdk(url, header);
  }

  private _watch(): void {
    const opener: CallOpener = {
      isKnown: (target) => this._isKnown(target),
      open: (found, begun, { header }) => {
        if (this._current()?.intercept)
          warnOfLimits(found.asked, clientOf(header), this._bareFetch !== undefined);
        return this._open(found, begun);
      },
      answerBegins: () => code().endWhenIdle(httpClients.module, this.getConfig().httpIdleTimeout ?? 0),
    };
    const begin = (request: object, urlOf: () => URL, header: Header): RequestObserver | undefined => {
      if (!this.isEnabled()) return undefined;
      const attempt = this._attemptHere();
      const within = attempt ? undefined : openCallHere();
      return within
        ? new (code().SdkRequest)(opener, within, () => this._isExcluded(urlOf()))
        : this._beginHere(opener, attempt, request, urlOf(), header);
    };
    const watchers = [
      new UndiciWatcher(mayBeCall, begin).start(),
      new NodeHttpWatcher(mayBeCall, begin).start(),
      new NodeHttp2Watcher(mayBeCall, begin).start(),
    ];
    const shared = facts();
    shared.onWire ??= [];
    shared.onWire.push((request) => watchers.some((watcher) => watcher.observes(request)));
  }

  /** Begins a request that no SDK has sent. */
  private _beginHere(
    opener: CallOpener,
    attempt: Attempt | undefined,
    request: object,
    url: URL,
    header: Header,
  ): RequestObserver | undefined {
    if (!attempt && this._isLeft(url, header)) return undefined;
    if (!claimRequest(request)) return undefined;
    const target = { url, path: url.pathname, header };
    const { callersContext, Exchange } = code();
    const parent = callersContext();
    const exchange = (): Exchange => new Exchange(opener, target, request, parent, attempt?.call);
    return attempt ? attempt.observe(exchange) : exchange();
  }

  /** The attempt of this instrumentation's `fetch` that sends a request now. */
  private _attemptHere(): Attempt | undefined {
    const attempt = code().attemptHere();
    return attempt?.owner === this ? attempt : undefined;
  }

  private _open({ protocol, asked, body }: Recognised, begun: number): OpenCall | undefined {
    const engine = this._current();
    if (!engine) return undefined;
    tally(facts().traced, httpClients.module);
    return openCall(engine, protocol.endpoint, asked, [completed(body, asked)], begun);
  }
}

export const entry: InstrumentationEntry = {
  name: 'http-clients',
  vendor: httpClients,
  Instrumentation: HttpClientsInstrumentation,
};

/** Interceptors cannot apply to a request that is only observed. */
const warnOfLimits = ({ url }: Beside, client: string, isIntercepting: boolean): void =>
  warnOnce(
    `retries, rate limits, budgets and interceptors do not hold for calls of ${client} to ${new URL(url).host}; these ` +
      `calls are traced, and go on. ${isIntercepting ? NOT_INTERCEPTED : INTERCEPT}`,
  );

const INTERCEPT =
  'LLMTRACE_INTERCEPT_FETCH=true makes them hold for clients that use fetch; so does instrumentFetch() for the fetch of ' +
  'one client';
const NOT_INTERCEPTED =
  'Fetch is intercepted: the client does not use globalThis.fetch, or the body of its request is a stream. Let it use ' +
  'globalThis.fetch, and send a text';

/** A name and a version, as clients begin `user-agent` with them. */
const PRODUCT = /^[@\w.-]{1,50}(?:\/[\w.-]{1,50})?/;

/** The client's name for itself. */
const clientOf = (header: Header): string =>
  PRODUCT.exec(header('user-agent') ?? '')?.[0] ?? 'an HTTP client';

/** The body with the facts that only the path or a header has. */
function completed(body: Recognised['body'], { model, stream }: Beside): Recognised['body'] {
  const isNamed = model === undefined || body['model'] !== undefined;
  if (isNamed && stream === undefined) return body;
  return { ...body, ...(isNamed ? {} : { model }), ...(stream === undefined ? {} : { stream }) };
}
