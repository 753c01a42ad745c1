/** The received telemetry, in memory and bounded: beyond the limits the oldest trace is dropped. */

import { numberOf, pickNumber, textOf } from '../names.ts';
import * as json from '../otlp/json.ts';
import * as protobuf from '../otlp/protobuf.ts';
import type { Attributes, Encoding, LogRecord, Received, Signal, Span } from '../otlp/types.ts';
import {
  type CallRow,
  hasContent,
  inMs,
  isCall,
  newTrace,
  type Row,
  rowOf,
  statusOf,
  type Trace,
} from './row.ts';

export interface Limits {
  readonly maxSpans: number;
  /** The highest sum of received bytes. */
  readonly maxBytes: number;
}

export const DEFAULT_LIMITS: Limits = { maxSpans: 100_000, maxBytes: 256 * 2 ** 20 };
const MAX_SPANS_OF_TRACE = 50_000;
/** The highest number of log records that wait for their span. */
const MAX_WAITING = 2000;
const MAX_WAITING_BYTES = 16 * 2 ** 20;
const MAX_RUNNING = 1000;
const MAX_MODELS = 200;
const MAX_SERVICES = 500;
/** The time after which a started call counts as ended although no span arrived, in ms. */
const RUNNING_MS = 600_000;

/** A call that has started and whose span has not arrived. */
export interface Running {
  readonly spanId: string;
  readonly traceId: string;
  readonly start: number;
  readonly model: string | undefined;
  readonly provider: string | undefined;
  readonly service: string | undefined;
  /** The chunks of its stream so far; 0 before the first one, and where the answer is no stream. */
  readonly chunks: number;
  /** In ms. */
  readonly firstChunk: number | undefined;
}

interface Waiting {
  readonly log: LogRecord;
  readonly size: number;
}

/** The items of a request, for the file. */
export interface Taken {
  readonly spans: readonly Row[];
  readonly logs: readonly Received<LogRecord>[];
  readonly rejected: number;
}

const READERS = { protobuf, json };

export class Store {
  readonly limits: Limits;
  readonly traces = new Map<string, Trace>();
  readonly services = new Map<string, number>();
  /** The models in the order of their first calls, by which each model keeps its colour. */
  readonly models: string[] = [];
  readonly running = new Map<string, Running>();
  rows: Row[] = [];
  calls: CallRow[] = [];
  bytes = 0;
  logs = 0;
  metrics = 0;
  rejected = 0;
  /** The number of spans that were dropped for newer ones. */
  dropped = 0;
  /** It rises with each change of what lists show; cached results are stored under it. Progress of running calls is in no list. */
  version = 0;
  lastReceived = 0;
  private seq = 0;
  private gone = 0;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private readonly byId = new Map<string, Row>();

  constructor(limits: Limits = DEFAULT_LIMITS) {
    this.limits = limits;
  }

  get spans(): number {
    return this.byId.size;
  }

  row(spanId: string): Row | undefined {
    return this.byId.get(spanId);
  }

  /** The whole span of a row, read from its bytes. */
  whole({ encoding, raw }: Row): Span {
    return READERS[encoding].wholeSpan(raw);
  }

  /** @throws for a body that is no OTLP; items that were read before the fault stay in the store. */
  receive(signal: Signal, encoding: Encoding, body: Buffer, now = Date.now()): Taken {
    if (signal !== 'logs') this.version++;
    this.lastReceived = now;
    const before = this.rejected;
    const taken = this.take(signal, encoding, body);
    this.evict();
    return { ...taken, rejected: this.rejected - before };
  }

  private take(signal: Signal, encoding: Encoding, body: Buffer): Omit<Taken, 'rejected'> {
    if (signal === 'metrics') {
      this.metrics++;
      return { spans: [], logs: [] };
    }
    if (signal === 'traces') return { spans: this.takeSpans(encoding, body), logs: [] };
    const logs = [...READERS[encoding].logsOf(body)];
    for (const log of logs) this.addLog(log);
    return { spans: [], logs };
  }

  private takeSpans(encoding: Encoding, body: Buffer): Row[] {
    const added: Row[] = [];
    let shared: Attributes | undefined;
    let bytes = 0;
    for (const received of READERS[encoding].spansOf(body)) {
      const row = this.addSpan(received, encoding);
      if (!row) continue;
      added.push(row);
      bytes += row.raw.length;
      if (shared !== received.resource) this.count(row.trace, received.sharedSize);
      shared = received.resource;
    }
    if (bytes < body.length / 2) letGo(added);
    if (this.waiting.length > 0) this.attachWaiting();
    return added;
  }

  private addSpan(received: Received<Span>, encoding: Encoding): Row | undefined {
    const { traceId, spanId } = received.item;
    if (!isValid(received.item)) {
      this.rejected++;
      return undefined;
    }
    // An exporter that retries sends the same span again.
    if (this.byId.get(spanId)?.traceId === traceId) return undefined;
    const trace = this.traceOf(received.item);
    if (trace.rows.length >= MAX_SPANS_OF_TRACE) {
      this.rejected++;
      return undefined;
    }
    const row = rowOf(received, trace, { seq: this.seq++, encoding });
    this.byId.set(spanId, row);
    this.rows.push(row);
    this.running.delete(spanId);
    this.countService(row.service);
    addToTrace(trace, row);
    this.count(trace, row.raw.length);
    if (isCall(row)) this.addCall(row);
    return row;
  }

  private count(trace: Trace, bytes: number): void {
    trace.bytes += bytes;
    this.bytes += bytes;
  }

  private traceOf({ traceId, start }: Span): Trace {
    const known = this.traces.get(traceId);
    if (known) return known;
    const trace = newTrace(traceId, start);
    this.traces.set(traceId, trace);
    return trace;
  }

  private countService(service: string): void {
    if (this.services.size < MAX_SERVICES || this.services.has(service))
      this.services.set(service, (this.services.get(service) ?? 0) + 1);
  }

  /**
   * Adds a call. Of two nested calls (of two instrumentations, or of a wrapper) only the inner one counts; an agent with usage
   * of its own counts besides the calls within it.
   */
  private addCall(row: CallRow): void {
    const { trace } = row;
    const model = row.call.model ?? 'unknown';
    if (this.models.length < MAX_MODELS && !this.models.includes(model)) this.models.push(model);
    if (row.parentId) trace.wrappers.add(row.parentId);
    const parent = this.byId.get(row.parentId);
    if (parent && isCall(parent) && parent.type !== 'agent' && !parent.isWrapper) {
      parent.isWrapper = true;
      count(trace, parent, -1);
    }
    row.isWrapper = row.type !== 'agent' && trace.wrappers.has(row.spanId);
    if (!row.isWrapper) count(trace, row, 1);
    this.calls.push(row);
  }

  private addLog(received: Received<LogRecord>): void {
    const log = received.item;
    this.logs++;
    if (log.event === 'llmtrace.client.operation.progress') {
      this.addProgress(log);
      return;
    }
    this.version++;
    const row = this.byId.get(log.spanId);
    if (log.event === 'llmtrace.client.operation.start') this.addRunning(log, received.resource);
    else if (row) this.attach(row, log, received.raw.length);
    else if (log.spanId) this.wait(received);
  }

  private addRunning(log: LogRecord, resource: Attributes): void {
    if (!log.spanId || this.byId.has(log.spanId)) return;
    this.running.set(log.spanId, {
      spanId: log.spanId,
      traceId: log.traceId,
      start: log.time,
      model: textOf(log.attributes['gen_ai.request.model']),
      provider: textOf(log.attributes['gen_ai.provider.name']),
      service: textOf(resource['service.name']),
      chunks: 0,
      firstChunk: undefined,
    });
    const [oldest] = this.running.keys();
    if (this.running.size > MAX_RUNNING && oldest) this.running.delete(oldest);
  }

  private addProgress({ spanId, attributes }: LogRecord): void {
    const running = this.running.get(spanId);
    const chunks = numberOf(attributes['llmtrace.stream.chunks']);
    // An event that a later one overtook has the lower number.
    if (!running || chunks === undefined || chunks <= running.chunks) return;
    this.running.set(spanId, { ...running, chunks, firstChunk: inMs(pickNumber(attributes, 'firstChunk')) });
  }

  /** The newest running calls. */
  runningNow(most: number, now = Date.now()): Running[] {
    for (const [id, { start }] of this.running) if (now - start > RUNNING_MS) this.running.delete(id);
    return [...this.running.values()].slice(-most);
  }

  private attach(row: Row, log: LogRecord, size: number): void {
    row.logs ??= [];
    row.logs.push(log);
    this.count(row.trace, size);
    if (row.call && hasContent(log.attributes)) row.call.hasContent = true;
  }

  private wait({ item: log, raw: { length: size } }: Received<LogRecord>): void {
    this.waiting.push({ log, size });
    this.waitingBytes += size;
    while (this.waiting.length > MAX_WAITING || this.waitingBytes > MAX_WAITING_BYTES)
      this.waitingBytes -= this.waiting.shift()?.size ?? this.waitingBytes;
  }

  private attachWaiting(): void {
    const still: Waiting[] = [];
    for (const waiting of this.waiting) {
      const row = this.byId.get(waiting.log.spanId);
      if (!row) still.push(waiting);
      else {
        this.attach(row, waiting.log, waiting.size);
        this.waitingBytes -= waiting.size;
      }
    }
    this.waiting = still;
  }

  private get isFull(): boolean {
    return this.spans > this.limits.maxSpans || this.bytes > this.limits.maxBytes;
  }

  private evict(): void {
    for (const trace of this.traces.values()) {
      // The last trace stays, also if it is larger than the limits.
      if (!this.isFull || this.traces.size === 1) break;
      this.remove(trace);
    }
    if (this.gone > Math.max(2000, this.rows.length / 8)) this.compact();
  }

  private remove(trace: Trace): void {
    this.traces.delete(trace.id);
    this.bytes -= trace.bytes;
    for (const row of trace.rows) {
      row.isGone = true;
      if (this.byId.get(row.spanId) === row) this.byId.delete(row.spanId);
    }
    this.gone += trace.rows.length;
    this.dropped += trace.rows.length;
  }

  private compact(): void {
    this.rows = this.rows.filter(({ isGone }) => !isGone);
    this.calls = this.calls.filter(({ isGone }) => !isGone);
    this.gone = 0;
  }

  clear(): void {
    this.traces.clear();
    this.byId.clear();
    this.services.clear();
    this.running.clear();
    this.rows = [];
    this.calls = [];
    this.waiting = [];
    this.waitingBytes = this.bytes = this.gone = this.dropped = this.logs = this.metrics = 0;
    this.version++;
  }
}

/** Copies the bytes of rows, so that the rest of a request is not kept with them. */
function letGo(rows: readonly Row[]): void {
  for (const row of rows) row.raw = Buffer.from(row.raw);
}

/** The span of a row for a file or an export. */
export const writtenOf = (store: Store, row: Row): json.Written<Span> => ({
  item: store.whole(row),
  resource: row.resource,
  scope: row.scope,
});

const ID = { trace: 32, span: 16 };

const isValid = ({ traceId, spanId, start, end }: Span): boolean =>
  traceId.length === ID.trace && spanId.length === ID.span && Number.isFinite(start) && Number.isFinite(end);

function addToTrace(trace: Trace, row: Row): void {
  trace.rows.push(row);
  trace.start = Math.min(trace.start, row.start);
  trace.end = Math.max(trace.end, row.start + row.duration);
  trace.session ??= row.session;
  trace.user ??= row.user;
  if (isBetterRoot(row, trace.root)) trace.root = row;
}

/** Whether a row is a better root: a span without a parent, or the earliest span. */
function isBetterRoot(row: Row, root: Row | undefined): boolean {
  if (!root) return true;
  return root.parentId !== '' && (row.parentId === '' || row.start < root.start);
}

function count(trace: Trace, row: CallRow, sign: 1 | -1): void {
  const { cost, input = 0, output = 0 } = row.call;
  trace.calls += sign;
  trace.tokens += sign * (input + output);
  if (cost !== undefined) trace.cost = (trace.cost ?? 0) + sign * cost;
  if (isUnpriced(row)) trace.unpriced += sign;
  if (statusOf(row) === 'error') trace.errors += sign;
}

/** Whether the true cost is higher than the known one. A failed call without a cost does not count as unpriced. */
export const isUnpriced = ({ call, hasFailed }: CallRow): boolean =>
  call.isPartial || (call.cost === undefined && !hasFailed);
