/** Server-sent events: they notify pages of a change, and each page then requests the data that it shows. */
import type { ServerResponse } from 'node:http';
import type { DoctorReport, State } from '../api-types.ts';
import type { Store } from '../store/store.ts';

const TICK_MS = 250;
/** The unread bytes of a page, beyond which it gets no events: a page that does not read must not fill the memory. */
const MAX_UNREAD = 4 * 2 ** 20;
const MAX_PAGES = 64;
const MAX_RUNNING = 20;
const MAX_LOOKED_AT = 50;

export class Events {
  private readonly pages = new Set<ServerResponse>();
  private timer: NodeJS.Timeout | undefined;
  private seen = { calls: 0, errors: 0 };
  doctor: readonly DoctorReport[] = [];
  file: string | undefined;
  private readonly store: Store;

  constructor(store: Store) {
    this.store = store;
  }

  get state(): State {
    const { store } = this;
    return {
      version: store.version,
      spans: store.spans,
      calls: store.calls.reduce((sum, { isGone }) => (isGone ? sum : sum + 1), 0),
      traces: store.traces.size,
      logs: store.logs,
      metrics: store.metrics,
      bytes: store.bytes,
      dropped: store.dropped,
      rejected: store.rejected,
      maxSpans: store.limits.maxSpans,
      maxBytes: store.limits.maxBytes,
      lastReceived: store.lastReceived,
      services: [...store.services],
      models: store.models,
      running: store.runningNow(MAX_RUNNING),
      doctor: this.doctor,
      hasContent: store.calls.slice(-MAX_LOOKED_AT).some(({ call }) => call.hasContent),
      newCalls: this.seen.calls,
      newErrors: this.seen.errors,
      file: this.file,
    };
  }

  subscribe(response: ServerResponse): void {
    if (this.pages.size >= MAX_PAGES) this.pages.values().next().value?.end();
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(eventOf('state', this.state));
    this.pages.add(response);
    response.once('close', () => this.pages.delete(response));
  }

  /** Notifies the pages, at most four times a second. */
  changed(rows: Iterable<{ call: unknown; hasFailed: boolean }> = []): void {
    for (const row of rows) {
      if (row.call === undefined) continue;
      this.seen.calls++;
      if (row.hasFailed) this.seen.errors++;
    }
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.notify('state', this.state);
      this.seen = { calls: 0, errors: 0 };
    }, TICK_MS);
  }

  private notify(name: string, data: unknown): void {
    const event = eventOf(name, data);
    for (const page of this.pages) if (page.writableLength < MAX_UNREAD) page.write(event);
  }

  close(): void {
    clearTimeout(this.timer);
    for (const page of this.pages) page.end();
  }
}

const eventOf = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
