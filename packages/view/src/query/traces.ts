/** Traces: summaries for the list, and all spans of one trace. */
import type { AgentSums, Strip, TraceDetail, TraceList, TraceSpan, TraceSummary } from '../api-types.ts';
import { type CallRow, isCall, type Row, type Trace } from '../store/row.ts';
import type { Store } from '../store/store.ts';
import { callOf, totalsOf } from './calls.ts';
import { grouped } from './group.ts';

const MAX_STRIP = 60;

const summaryOf = (trace: Trace): TraceSummary => ({
  id: trace.id,
  name: trace.root?.name ?? '?',
  service: trace.root?.service ?? '?',
  start: trace.start,
  duration: trace.end - trace.start,
  spans: trace.rows.length,
  calls: trace.calls,
  tokens: trace.tokens,
  cost: trace.cost,
  unpriced: trace.unpriced,
  errors: trace.errors,
  hasFailed: trace.root?.hasFailed ?? false,
  session: trace.session,
  user: trace.user,
});

function stripOf({ rows, start, end }: Trace): Strip[] {
  const length = end - start || 1;
  const shown = rows.filter(({ type }) => type !== 'span').slice(0, MAX_STRIP);
  return shown.map((row) => [(row.start - start) / length, row.duration / length, row.type, row.hasFailed]);
}

const matches = (trace: Trace, wanted: string): boolean =>
  [trace.root?.name, trace.id, trace.session, trace.user, trace.rows[0]?.service]
    .join(' ')
    .toLowerCase()
    .includes(wanted);

export interface TraceQuery {
  readonly q: string;
  readonly service: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

/** Lists traces, the newest first; they may arrive in another order. */
export function listTraces(store: Store, { q, service, offset, limit }: TraceQuery): TraceList {
  const wanted = q.toLowerCase();
  const found = [...store.traces.values()]
    .filter(
      (trace) =>
        (!service || trace.rows.some((row) => row.service === service)) &&
        (!wanted || matches(trace, wanted)),
    )
    .sort((a, b) => b.start - a.start);
  const rows = found.slice(offset, offset + limit);
  return {
    total: found.length,
    rows: rows.map((trace) => ({ ...summaryOf(trace), strip: stripOf(trace) })),
  };
}

/** The child rows of each row. */
const childrenOf = ({ rows }: Trace): Map<string, Row[]> => grouped(rows, ({ parentId }) => parentId);

/** All rows below a row. It uses no recursion and visits each row once, because received parents may form a circle. */
function beneath(row: Row, children: Map<string, Row[]>): Row[] {
  const found = new Set<Row>([row]);
  for (const each of found) for (const child of children.get(each.spanId) ?? []) found.add(child);
  found.delete(row);
  return [...found];
}

/** The sums that the span has, or those of the calls below it. */
export function agentSumsOf(row: Row, children = childrenOf(row.trace)): AgentSums | undefined {
  const { agent } = row;
  if (!agent) return undefined;
  const rows = beneath(row, children);
  const calls = totalsOf(rows.filter((each): each is CallRow => isCall(each)));
  const tools = rows.filter(({ type }) => type === 'tool').length;
  return {
    modelCalls: agent.modelCalls ?? calls.calls,
    toolCalls: agent.toolCalls ?? tools,
    input: agent.input ?? calls.input,
    output: agent.output ?? calls.output,
    cost: agent.cost ?? (calls.calls > calls.unpriced ? calls.cost : undefined),
    unpriced: calls.unpriced,
    outcome: agent.outcome,
  };
}

/** The event with the messages, which the page shows as a conversation. */
const CONTENT_EVENT = 'gen_ai.client.inference.operation.details';

const spanOf = (row: Row, children: Map<string, Row[]>): TraceSpan => ({
  id: row.spanId,
  parentId: row.parentId,
  name: row.name,
  label: row.label,
  type: row.type,
  service: row.service,
  start: row.start,
  duration: row.duration,
  hasFailed: row.hasFailed,
  call: isCall(row) ? callOf(row) : undefined,
  agent: agentSumsOf(row, children),
  logs: (row.logs ?? []).filter(({ event }) => event !== CONTENT_EVENT).map(({ time }) => time),
});

export function traceOf(trace: Trace): TraceDetail {
  const children = childrenOf(trace);
  return { ...summaryOf(trace), list: trace.rows.map((row) => spanOf(row, children)) };
}
