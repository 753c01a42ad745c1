/**
 * `@llmtrace/instrumentation-http-clients`: traces model calls by the requests themselves, whichever client sends them:
 * `fetch`, undici, `node:http`, and all that is built on these.
 */
import {
  facts,
  type InstrumentationEntry,
  isWithinCall,
  LlmInstrumentation,
  type LlmTraceConfig,
  type OpenCall,
  openCall,
  tally,
  type Vendor,
  warnOnce,
} from '@llmtrace/core/internal';
import { watchNodeHttp } from './clients/node-http.ts';
import type { Header } from './clients/reading.ts';
import { watchUndici } from './clients/undici.ts';
import { type CallOpener, Exchange } from './exchange.ts';
import { isExcluded } from './excluded.ts';
import { callersContext } from './parent.ts';
import type { Beside } from './protocols/protocol.ts';
import { isKnownHost, mayBeCall, type Recognised } from './recognise.ts';
import { claimRequest, isLeftToSdk, isOfSdk } from './yielding.ts';

const NAME = '@llmtrace/instrumentation-http-clients';

/** There is no SDK to patch: the endpoints are those of the protocols, which requests are known by. */
const httpClients: Vendor = {
  provider: 'openai',
  module: 'http-clients',
  extensions: [],
  main: (exports) => exports,
  client: (asked) => asked,
  baseURL: (asked: Beside) => asked?.url,
  protocolOf: (asked: Beside) => asked?.protocol,
  endpoints: [],
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

  constructor(config: LlmTraceConfig = {}) {
    super(NAME, '0.1.0', config);
  }

  protected override get vendor(): Vendor {
    return httpClients;
  }

  override enable(): void {
    super.enable();
    if (this._isWatching || !this.isEnabled()) return;
    this._isWatching = true;
    this._watch();
  }

  private _watch(): void {
    const opener: CallOpener = {
      isKnown: ({ url, header }) => isKnownHost(url, this.getConfig().providerMap ?? {}) || isOfSdk(header),
      open: (found, begun) => this._open(found, begun),
    };
    const begin = (request: object, urlOf: () => URL, header: Header): Exchange | undefined => {
      if (!this.isEnabled() || isWithinCall() || isLeftToSdk(header)) return undefined;
      const url = urlOf();
      if (isExcluded(url, this.getConfig().httpExclude ?? [])) return undefined;
      if (!claimRequest(request)) return undefined;
      return new Exchange(opener, { url, path: url.pathname, header }, request, callersContext());
    };
    const watchers = [watchUndici(mayBeCall, begin), watchNodeHttp(mayBeCall, begin)];
    const shared = facts();
    shared.onWire ??= [];
    shared.onWire.push((request) => watchers.some((watcher) => watcher.observes(request)));
  }

  private _open({ protocol, asked, body }: Recognised, begun: number): OpenCall | undefined {
    const engine = this._current();
    if (!engine) return undefined;
    if (engine.intercept) warnOfLimits(asked);
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
const warnOfLimits = ({ url }: Beside): void =>
  warnOnce(
    `retries, rate limits, budgets and interceptors do not hold for calls to ${new URL(url).host}, which no SDK that ` +
      'llmtrace instruments sends; these calls are traced, and go on. Send them by an instrumented SDK to limit them',
  );

/** The body with the facts that only the path or a header has. */
function completed(body: Recognised['body'], { model, stream }: Beside): Recognised['body'] {
  const isNamed = model === undefined || body['model'] !== undefined;
  if (isNamed && stream === undefined) return body;
  return { ...body, ...(isNamed ? {} : { model }), ...(stream === undefined ? {} : { stream }) };
}
