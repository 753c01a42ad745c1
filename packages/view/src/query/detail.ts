/** A single span with all its data. */
import type { SpanDetail } from '../api-types.ts';
import { type Attributes, CONTENT_NAMES, type LogRecord, newAttributes, type Value } from '../otlp/types.ts';
import { isCall, type Row, sessionOf, statusOf, userOf } from '../store/row.ts';
import type { Store } from '../store/store.ts';
import { callDetailOf } from './calls.ts';
import { contentOf, trimmed } from './content.ts';
import { agentSumsOf } from './traces.ts';

const MAX_VALUE = 2000;

const shortened = (value: Value): Value =>
  typeof value === 'string' && value.length > MAX_VALUE
    ? `${value.slice(0, MAX_VALUE)}… (${value.length.toLocaleString('en')} characters)`
    : value;

/** The attributes without messages, which the page shows as a conversation. */
function attributesOf(attributes: Attributes): Attributes {
  const shown = newAttributes();
  for (const [name, value] of Object.entries(attributes)) {
    if (!CONTENT_NAMES.includes(name)) shown[name] = shortened(value);
  }
  return shown;
}

const logOf = ({ time, event, body, severity, attributes }: LogRecord): SpanDetail['logs'][number] => ({
  time,
  severity,
  words: event || (typeof body === 'string' ? body.slice(0, MAX_VALUE) : 'log'),
  attributes: attributesOf(attributes),
});

export function detailOf(store: Store, row: Row): SpanDetail {
  const span = store.whole(row);
  const content = contentOf(span, row.logs);
  return {
    id: row.spanId,
    traceId: row.traceId,
    parentId: row.parentId,
    name: row.name,
    type: row.type,
    kind: span.kind,
    service: row.service,
    scope: row.scope.name,
    start: row.start,
    duration: row.duration,
    status: statusOf(row),
    message: span.message.slice(0, 4 * MAX_VALUE),
    call: isCall(row) ? callDetailOf(row) : undefined,
    agent: agentSumsOf(row),
    session: sessionOf(row),
    user: userOf(row),
    attributes: attributesOf(span.attributes),
    resource: attributesOf(row.resource),
    events: span.events,
    links: span.links,
    logs: (row.logs ?? []).map(logOf),
    content: Object.fromEntries(
      Object.entries(content).map(([name, value]) => [name, trimmed(value, name, row.spanId)]),
    ),
    bytes: row.raw.length,
  };
}
