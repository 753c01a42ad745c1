/**
 * A **vendor case** has everything that the conformance suite needs for a vendor: how to make a client, how to call
 * it, and the telemetry of an ordinary answer. A **row** is one way in which an application uses a call.
 */

import type { Stage } from './harness.ts';
import type { Sdk, SdkInfo } from './sdks.ts';

/** The requests of rows, in terms that all vendors share. */
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
  /** Where the vendor is, instead of the suite's server. */
  url?: string;
  /** The SDK's own retries. @default 0 */
  maxRetries?: number;
}

/** Tokens as the span of a whole answer has them. */
export interface Tokens {
  readonly input: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  /** Of `cacheWrite`, for one hour. */
  readonly cacheWrite1h?: number;
  readonly reasoning?: number;
}

/** One of a vendor's methods, with the facts about its answers. */
export interface Family {
  readonly name: string;
  readonly operation: string;
  readonly model: string;
  /** The model that says it answered; absent where answers do not say. */
  readonly responseModel?: string;
  /** How the ids of answers begin; absent where answers have none. */
  readonly idPrefix?: string;
  /** Absent where answers have none. */
  readonly finishReasons?: readonly string[];
  /** Of every answer; absent where answers do not say. */
  readonly tokens?: Tokens;
  /** True if the request is a recording, which has no readable content. */
  readonly asksByVoice?: boolean;
  /** True where the price of the model is known. */
  readonly priced?: boolean;
  /** When streams tell their usage. */
  readonly streamUsage?: 'always' | 'asked';
  /** True where streams tell the tokens of their input as they begin. */
  readonly inputAtStart?: boolean;
  /** Attributes of every request, besides those of {@link Ask}. */
  readonly asked?: Readonly<Record<string, unknown>>;
  /** True where streams are asked of another method than {@link target}. */
  readonly streamsApart?: boolean;
  /** Chunks that an application gets of a stream that is cut. */
  readonly chunksBeforeCut?: number;
  /** The object and the name of its method that an application calls. */
  target(client: any): { owner: any; method: string };
  /** The method's argument. */
  request(ask: Ask): object;
  /** Calls the method. */
  call(client: any, request: object, options: CallOptions | undefined): any;
  /** Why a copy of the SDK does not have the family. */
  missing?(sdk: SdkInfo): string | undefined;
  /** `error.type` of a stream that the vendor ends by an event that says it failed. */
  streamError?(sdk: SdkInfo): string;
  /** The names of the rows to run; all, where absent. */
  readonly rows?: readonly string[];
}

/** How a call ends, in the words of the telemetry. */
export type Outcome = 'completed' | 'failed' | 'cancelled' | 'abandoned';

/** The expected telemetry of one call. A field that is absent here must be absent there. */
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
  /** How much of the answer was seen: its beginning tells id and model, its end why it ended. */
  readonly answer: 'none' | 'begun' | 'whole';
  /** @default the family's, of a whole answer */
  readonly finishReasons?: readonly string[];
  /** @default known of whole plain answers, and of whole streams where the family always tells them */
  readonly tokens?: 'known' | 'unknown';
  /** @default 'unset', or 'error' where there is an `errorType` */
  readonly status?: 'unset' | 'error';
  readonly errorType?: string;
  readonly resends?: number;
  /** Chunks that the application got. */
  readonly chunks?: number | 'some';
  /** True where the call never left for the suite's server. */
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
  /** Why a copy of the SDK cannot run it. */
  missing?(sdk: SdkInfo): string | undefined;
  run(stage: Stage): Promise<void>;
  /** The calls that were made, in their order; `unknown` where it only matters that what started also ends. */
  calls(setting: Setting): readonly ExpectedCall[] | 'unknown';
  /** True where a call ends only when the garbage collector finds what the application dropped. */
  readonly collected?: boolean;
}

export interface VendorCase {
  readonly name: string;
  /** The module that exports this case as `vendorCase`, for processes of their own. */
  readonly url: string;
  readonly package: string;
  /** Folders of `test-fixtures/sdks`. */
  readonly sets: readonly string[];
  readonly provider: string;
  /** True where ES modules import the CommonJS build, since there is no other. */
  readonly isCommonJs?: boolean;
  /** The name of the instrumentation scope. */
  readonly scope: string;
  client(sdk: Sdk, url: string, options: ClientOptions): any;
  readonly families: readonly Family[];
  /** Models of single rows, which have a price as well. */
  readonly otherModels?: readonly string[];
  /** Rows that only this vendor has, for its first family. */
  readonly rows: readonly Row[];
  /** `error.type` of the failures that every vendor has. */
  readonly errors: Readonly<Record<FailureName, string | ((sdk: SdkInfo) => string)>>;
  /** Why rows do not apply to this vendor (or to a family with a copy of its SDK), by their names. */
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
