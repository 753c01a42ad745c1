/**
 * A **vendor case** has everything that the conformance suite needs to know about a vendor: how to make a client, how
 * to call it, and the telemetry of an ordinary answer. A **family** is one of the vendor's methods. A **row** is one
 * way in which an application uses a call.
 */

import type { Stage } from './harness.ts';
import type { Sdk, SdkInfo } from './sdks.ts';

/** A request of a row, in terms that all vendors share; {@link Family.request} translates it. */
export interface Ask {
  /** @default the family's own model */
  model?: string;
  stream?: boolean;
  /** Ask for the usage at the end of a stream, where a vendor reports it only then. */
  usage?: boolean;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** In ms. */
  timeout?: number;
}

export interface ClientOptions {
  /** The base URL, in place of that of the suite's server. */
  url?: string;
  /** The SDK's own retries. @default 0 */
  maxRetries?: number;
}

/** The tokens on the span of a whole answer. */
export interface Tokens {
  readonly input: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  /** Of `cacheWrite`, for one hour. */
  readonly cacheWrite1h?: number;
  readonly reasoning?: number;
}

/** A method of a vendor, with the facts of its answers. */
export interface Family {
  readonly name: string;
  readonly operation: string;
  readonly model: string;
  /** The model that answers name; absent if they name none. */
  readonly responseModel?: string;
  /** How the ids of answers begin; absent where answers have none. */
  readonly idPrefix?: string;
  /** Absent where answers have none. */
  readonly finishReasons?: readonly string[];
  /** The tokens of each answer; absent if answers report none. */
  readonly tokens?: Tokens;
  /** True if the request is a recording, which has no readable content. */
  readonly asksByVoice?: boolean;
  /** True where the price of the model is known. */
  readonly priced?: boolean;
  /** When a stream reports its usage: always, or if the request asks for it; absent for never. */
  readonly streamUsage?: 'always' | 'asked';
  /** True if a stream reports its input tokens at its start. */
  readonly inputAtStart?: boolean;
  /** The span attributes of each request, in addition to those of {@link Ask}. */
  readonly asked?: Readonly<Record<string, unknown>>;
  /** True if a method other than {@link target} makes streams. */
  readonly streamsApart?: boolean;
  /** The number of chunks that an application gets of a stream that is cut. */
  readonly chunksBeforeCut?: number;
  /** The object and the name of its method that an application calls. */
  target(client: any): { owner: any; method: string };
  /** The method's argument. */
  request(ask: Ask): object;
  /** Calls the method. */
  call(client: any, request: object, options: CallOptions | undefined): any;
  /** The reason why a copy of the SDK does not have the family; undefined if it has. */
  missing?(sdk: SdkInfo): string | undefined;
  /** The `error.type` of a stream that the vendor ends by an event of a failure. */
  streamError?(sdk: SdkInfo): string;
  /** The names of the rows to run; all, where absent. */
  readonly rows?: readonly string[];
}

/** How a call ends, as `llmtrace.stream.outcome` names it. */
export type Outcome = 'completed' | 'failed' | 'cancelled' | 'abandoned';

/** The expected telemetry of a call. A value that is absent here must be absent from the telemetry. */
export interface ExpectedCall {
  readonly family: Family;
  /** @default the family's */
  readonly model?: string;
  /** @default the family's */
  readonly operation?: string;
  /** @default the case's */
  readonly provider?: string;
  readonly stream?: boolean;
  /** @default 'completed' */
  readonly outcome?: Outcome;
  /** The part of the answer that arrived: the beginning has id and model, the end has the finish reasons. */
  readonly answer: 'none' | 'begun' | 'whole';
  /** @default the family's, of a whole answer */
  readonly finishReasons?: readonly string[];
  /** @default 'known' for whole plain answers, and for whole streams if the family always reports usage */
  readonly tokens?: 'known' | 'unknown';
  /** @default 'unset', or 'error' where there is an `errorType` */
  readonly status?: 'unset' | 'error';
  readonly errorType?: string;
  readonly resends?: number;
  /** The number of chunks that the application got. */
  readonly chunks?: number | 'some';
  /** True if llmtrace sees nothing of the answer, and says so. */
  readonly isUnseen?: boolean;
  /** True if the call went to another server than the suite's. */
  readonly elsewhere?: boolean;
}

/** The arguments of a row. */
export interface Setting {
  readonly vendor: VendorCase;
  readonly family: Family;
  readonly sdk: SdkInfo;
}

export interface Row {
  readonly name: string;
  /** The reason why a copy of the SDK cannot run the row; undefined if it can. */
  missing?(sdk: SdkInfo): string | undefined;
  run(stage: Stage): Promise<void>;
  /** The calls of the row, in their order; `unknown` if only each started call must end. */
  calls(setting: Setting): readonly ExpectedCall[] | 'unknown';
  /** True if a call ends only when its dropped answer is garbage-collected. */
  readonly collected?: boolean;
}

export interface VendorCase {
  readonly name: string;
  /** The module that exports this case as `vendorCase`: separate processes import it. */
  readonly url: string;
  readonly package: string;
  /** Folders of `test-fixtures/sdks`. */
  readonly sets: readonly string[];
  readonly provider: string;
  /** True if the package has only a CommonJS build, which ES modules import, too. */
  readonly isCommonJs?: boolean;
  /** The name of the instrumentation scope. */
  readonly scope: string;
  client(sdk: Sdk, url: string, options: ClientOptions): any;
  readonly families: readonly Family[];
  /** Further models, of single rows, that must have a price. */
  readonly otherModels?: readonly string[];
  /** Rows that only this vendor has, for its first family. */
  readonly rows: readonly Row[];
  /** The `error.type` of each failure that all vendors have. */
  readonly errors: Readonly<Record<FailureName, string | ((sdk: SdkInfo) => string)>>;
  /** The reasons why rows do not apply to this vendor (or to a family with a copy of its SDK), by the rows' names. */
  readonly leftOut?: Readonly<
    Record<string, string | ((sdk: SdkInfo, family: Family) => string | undefined)>
  >;
}

/** The failures that every vendor has. */
export type FailureName =
  | '401'
  | '429'
  | '500'
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'abort'
  | 'dropped'
  | 'droppedBody'
  | 'abortedBody';
