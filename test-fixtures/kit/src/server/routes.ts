/** The functions of a vendor that the server needs: pure functions from a request to an answer. */
import type { Behaviour } from './behaviours.ts';

/** A request as a vendor's routes see it. */
export interface VendorRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON, the parts of a form, or text. */
  readonly body: any;
  /** How the answer is to end; absent for an ordinary answer. */
  readonly ending?: Behaviour['ending'] | undefined;
  /** The model to answer as: the one that was asked for, or the vendor's usual one where that was a behaviour. */
  readonly model: string;
  /** Seconds since 1970, which only grow with each request, so that answers are the same in each run. */
  readonly created: number;
  /** An id that looks like the vendor's, different for each call. */
  id(prefix: string): string;
}

/** An answer: JSON, bytes, or the events of a stream as they go over the wire. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly bytes?: Uint8Array | string;
  /** One a chunk, framed. */
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
  /** True for paths that are this vendor's, whether or not the server knows them. */
  owns(path: string): boolean;
  /** The answer that reports a failure with this status. */
  failure(status: number, request: VendorRequest): Answer;
  /** The event by which a stream on this path reports a failure, framed. */
  streamFailure(request: VendorRequest): string | Uint8Array;
}
