/** The functions of a vendor that the server needs: pure functions from a request to an answer. */
import type { Behaviour } from './behaviours.ts';

/** A scripted answer of the model, in place of the usual one. */
export interface Script {
  readonly text?: string;
  /** The model calls this tool. */
  readonly toolCall?: { readonly name: string; readonly arguments: object };
  /** `input` includes the cached tokens, `output` the reasoning tokens. */
  readonly usage?: {
    readonly input: number;
    readonly output: number;
    readonly cached?: number;
    readonly reasoning?: number;
  };
}

/** A request as a vendor's routes see it. */
export interface VendorRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON, the parts of a form, or text. */
  readonly body: any;
  /** The end that the answer must report; absent for an ordinary answer. */
  readonly ending?: Behaviour['ending'] | undefined;
  /** The scripted content and usage; absent for the vendor's usual answer. */
  readonly script?: Script | undefined;
  /** The model of the answer: the requested one, or the vendor's usual one if the request names a behaviour. */
  readonly model: string;
  /**
   * A time in seconds since 1970 that depends only on the number of the request: answers are the same in each run.
   */
  readonly created: number;
  /** An id in the vendor's form, different for each call. */
  id(prefix: string): string;
}

/** An answer: JSON, bytes, or the events of a stream as they are sent. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly bytes?: Uint8Array | string;
  /** The framed chunks. */
  readonly events?: readonly (string | Uint8Array)[];
}

/** One vendor's part of the server. */
export interface VendorRoutes {
  readonly name: string;
  /** The model that answers on a path where a request names a behaviour in place of a model. */
  usualModel(path: string): string;
  /** The model that a request names. */
  model(request: Pick<VendorRequest, 'path' | 'body'>): string | undefined;
  /** The API key that a request carries. */
  key(request: Pick<VendorRequest, 'headers' | 'query'>): string;
  /** The answer to a request for one of this vendor's paths, undefined for any other path. */
  answer(request: VendorRequest): Answer | undefined;
  /** Whether a request is for this vendor, also if the server does not know its path. */
  owns(request: Pick<VendorRequest, 'path' | 'body'>): boolean;
  /** The answer that reports a failure with this status. */
  failure(status: number, request: VendorRequest): Answer;
  /** The event by which a stream on this path reports a failure, framed. */
  streamFailure(request: VendorRequest): string | Uint8Array;
}
