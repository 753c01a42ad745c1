/** The details of a span, at the right of a list or a trace. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { AgentSums, CallDetail, SpanDetail } from '../src/api-types.ts';
import { Copy, Icon, Json, Link, Model, Status, visible } from './bits.tsx';
import { Conversation, NoContent } from './chat.tsx';
import { chooseForComparison } from './compare-choice.ts';
import { atLeast, bytes, clock, int, ms, NONE, short } from './format.ts';
import { compareWith, useData } from './state.ts';
import { Timeline } from './timeline.tsx';
import { TokenBars } from './tokens.tsx';

type Attributes = SpanDetail['attributes'];

/** The parameters of a request, in words. */
const PARAMETERS: readonly (readonly [attribute: string, words: string])[] = [
  ['gen_ai.request.max_tokens', 'max tokens'],
  ['gen_ai.request.temperature', 'temperature'],
  ['gen_ai.request.top_p', 'top p'],
  ['gen_ai.request.top_k', 'top k'],
  ['gen_ai.request.frequency_penalty', 'frequency penalty'],
  ['gen_ai.request.presence_penalty', 'presence penalty'],
  ['gen_ai.request.seed', 'seed'],
  ['gen_ai.request.stop_sequences', 'stop sequences'],
  ['gen_ai.request.choice.count', 'choices'],
  ['gen_ai.request.reasoning.level', 'reasoning'],
  ['gen_ai.output.type', 'output'],
  ['gen_ai.request.stream', 'streamed'],
  ['gen_ai.request.previous_response.id', 'previous response'],
  ['gen_ai.embeddings.dimension.count', 'dimensions'],
  ['openai.api.type', 'API'],
  ['openai.request.service_tier', 'requested tier'],
  ['openai.response.service_tier', 'tier served'],
  ['gen_ai.response.model', 'model that answered'],
  ['gen_ai.response.finish_reasons', 'finished by'],
  ['gen_ai.response.id', 'response id'],
  ['server.address', 'host'],
];

function worded(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(item)).join(', ');
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

const jsonOf = (value: unknown): string =>
  typeof value === 'object' ? (JSON.stringify(value) ?? '') : String(value);

interface FigureProps {
  readonly name: string;
  readonly sub?: ComponentChildren;
  readonly isSmall?: boolean;
  readonly children: ComponentChildren;
}

const Figure = ({ name, sub, isSmall, children }: FigureProps) => (
  <div>
    <dt>{name}</dt>
    <dd class={isSmall ? 'smaller' : undefined}>{children}</dd>
    <dd class="sub">{sub}</dd>
  </div>
);

const SOURCES: Record<string, string> = {
  provider: 'the provider says',
  user: 'by your prices',
  local: 'by the price book',
};

function costNote({ cost, costSource, status, isPartial }: CallDetail): string {
  if (cost === undefined) return status === 'error' ? 'a call that failed has none' : 'no price is known';
  const source = SOURCES[costSource ?? ''] ?? 'as the span has it';
  return isPartial ? `${source}, of a part` : source;
}

/** Output tokens per second, from the first chunk to the end. */
function speedOf({ output, duration, wait = 0, firstChunk = 0, status }: CallDetail): number | undefined {
  if (!output || status === 'error') return undefined;
  return (output / Math.max(1, duration - wait - firstChunk)) * 1000;
}

function CallFigures({ call }: { call: CallDetail }) {
  const speed = speedOf(call);
  return (
    <dl class="figures">
      <Figure name="Cost" sub={costNote(call)}>
        {atLeast(call.cost, call.isPartial)}
      </Figure>
      <Figure name="Took" sub={clock(call.start, true)}>
        {ms(call.duration)}
      </Figure>
      <Figure name="First chunk" sub={call.firstChunk === undefined ? 'not streamed' : 'of the last attempt'}>
        {ms(call.firstChunk)}
      </Figure>
      <Figure name="Speed" sub={call.retries > 0 ? `sent ${call.retries + 1} times` : 'sent once'}>
        {speed === undefined ? NONE : int(speed)}
        {speed !== undefined && <small> tok/s</small>}
      </Figure>
    </dl>
  );
}

const AgentFigures = ({ agent, duration }: { agent: AgentSums; duration: number }) => (
  <dl class="figures">
    <Figure name="Cost" sub={agent.outcome ? `outcome: ${agent.outcome}` : 'of the run'}>
      {atLeast(agent.cost, agent.unpriced)}
    </Figure>
    <Figure name="Took" sub="in all">
      {ms(duration)}
    </Figure>
    <Figure name="Calls" sub={`${int(agent.toolCalls)} of tools`}>
      {int(agent.modelCalls)}
    </Figure>
    <Figure name="Tokens" sub={`${short(agent.output)} out`}>
      {short(agent.input)}
      <small> in</small>
    </Figure>
  </dl>
);

const KINDS = [NONE, 'internal', 'server', 'client', 'producer', 'consumer'];

const SpanFigures = ({ span }: { span: SpanDetail }) => (
  <dl class="figures">
    <Figure name="Took" sub={clock(span.start, true)}>
      {ms(span.duration)}
    </Figure>
    <Figure name="Kind" sub={visible(span.scope)} isSmall>
      {KINDS[span.kind] ?? NONE}
    </Figure>
  </dl>
);

function ErrorBox({ span }: { span: SpanDetail }) {
  const { call, message } = span;
  if (span.status !== 'error' || !(message || call?.error)) return null;
  return (
    <div class="errbox">
      <p>
        <b>{visible(call?.error ?? 'error')}</b>
        {call?.httpStatus !== undefined && <span class="badge">{call.httpStatus}</span>}
        {call?.errorCode && call.errorCode !== call.error && (
          <span class="badge">{visible(call.errorCode)}</span>
        )}
        <span class="dim">{visible(call?.errorType ?? '')}</span>
        <span class="grow" />
        <Copy label="the error" text={message} />
      </p>
      {message && <p class="wrap">{visible(message)}</p>}
    </div>
  );
}

function Figures({ span }: { span: SpanDetail }) {
  const { call, agent } = span;
  if (!call)
    return agent ? <AgentFigures agent={agent} duration={span.duration} /> : <SpanFigures span={span} />;
  return (
    <>
      <CallFigures call={call} />
      <section aria-label="Time">
        <Timeline timed={{ ...span, call }} />
      </section>
      {(call.input !== undefined || call.output !== undefined) && (
        <section aria-label="Tokens">
          <TokenBars call={call} />
        </section>
      )}
    </>
  );
}

const hasContent = ({ content }: SpanDetail): boolean =>
  content.input !== undefined || content.output !== undefined || content.system !== undefined;

function ConversationTab({ span }: { span: SpanDetail }) {
  if (hasContent(span)) return <Conversation content={span.content} span={span.id} />;
  if (span.type === 'embed') return <p class="pad dim">Embeddings have no conversation.</p>;
  return <NoContent />;
}

function RequestTab({ span }: { span: SpanDetail }) {
  const known = PARAMETERS.filter(([name]) => span.attributes[name] !== undefined);
  const rows = [
    ...known.map(([name, words]) => [name, words, worded(span.attributes[name])] as const),
    ['session', 'session', span.session ?? NONE] as const,
    ['user', 'user', span.user ?? NONE] as const,
  ];
  return (
    <dl class="kv">
      {rows.map(([name, words, value]) => (
        <div key={name} title={name}>
          <dt>{words}</dt>
          <dd class="mono">{visible(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function AttributeTable({ attributes, query }: { attributes: Attributes; query: string }) {
  const rows = Object.entries(attributes)
    .map(([name, value]) => [name, jsonOf(value)] as const)
    .filter((row) => row.join(' ').toLowerCase().includes(query.toLowerCase()))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <table>
      <tbody>
        {rows.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{visible(name)}</th>
            <td class="mono">{visible(value)}</td>
            <td>
              <Copy label={name} text={value} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function AttributesTab({ span }: { span: SpanDetail }) {
  const [query, setQuery] = useState('');
  return (
    <div class="attrs">
      <input
        type="search"
        placeholder="Filter attributes"
        aria-label="Filter attributes"
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      <AttributeTable attributes={span.attributes} query={query} />
      <p class="toolsub">Resource</p>
      <AttributeTable attributes={span.resource} query={query} />
    </div>
  );
}

function EventsTab({ span }: { span: SpanDetail }) {
  const events = span.events.map(({ time, name, attributes }) => ({
    time,
    words: name,
    attributes,
    isLog: false,
  }));
  const logs = span.logs.map(({ time, words, attributes }) => ({ time, words, attributes, isLog: true }));
  const all = [...events, ...logs].sort((a, b) => a.time - b.time);
  if (all.length === 0) return <p class="pad dim">None.</p>;
  return (
    <ol class="events">
      {all.map(({ time, words, attributes, isLog }, index) => (
        <li key={index}>
          <span class="mono dim">+{ms(Math.max(0, time - span.start))}</span>
          <b>{visible(words)}</b>
          {isLog && <span class="badge">log</span>}
          <Json value={attributes} label="Attributes of the event" />
        </li>
      ))}
    </ol>
  );
}

function RawTab({ span }: { span: SpanDetail }) {
  const { content: _content, ...rest } = span;
  const raw = { ...rest, start: new Date(span.start).toISOString() };
  return (
    <>
      <p class="rawbar">
        <span class="dim">{bytes(span.bytes)} as received</span>
        <Copy label="the span as JSON" text={() => JSON.stringify(span, null, 2)}>
          Copy JSON
        </Copy>
      </p>
      <Json value={raw} label="The span" />
    </>
  );
}

const TABS = {
  Conversation: ConversationTab,
  Request: RequestTab,
  Attributes: AttributesTab,
  Events: EventsTab,
  Raw: RawTab,
} as const;
export type Tab = keyof typeof TABS;

const tabsOf = ({ call }: SpanDetail): readonly Tab[] => {
  const all = Object.keys(TABS) as Tab[];
  return call ? all : all.slice(2);
};

interface TabsProps {
  readonly span: SpanDetail;
  readonly tab: Tab;
  readonly setTab: (tab: Tab) => void;
}

function Tabs({ span, tab, setTab }: TabsProps) {
  const tabs = tabsOf(span);
  const current = tabs.includes(tab) ? tab : (tabs[0] ?? 'Raw');
  const View = TABS[current];
  const step = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = by && tabs[tabs.indexOf(current) + by];
    if (!next) return;
    event.stopPropagation();
    setTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  const count = span.events.length + span.logs.length;
  return (
    <>
      <div class="tabs" role="tablist" aria-label="Details">
        {tabs.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={name === current}
            aria-controls="tabpanel"
            tabIndex={name === current ? 0 : -1}
            onClick={() => setTab(name)}
            onKeyDown={step}
          >
            {name}
            {name === 'Events' && count > 0 && <em>{count}</em>}
          </button>
        ))}
      </div>
      <div id="tabpanel" role="tabpanel" aria-labelledby={`tab-${current}`}>
        <View span={span} />
      </div>
    </>
  );
}

const Close = ({ onClose }: { onClose: () => void }) => (
  <button
    type="button"
    class="btn square"
    aria-label="Close (Escape)"
    title="Close (Escape)"
    onClick={onClose}
  >
    <Icon name="x" size={14} />
  </button>
);

function CompareButton({ id }: { id: string }) {
  const chosen = compareWith.value;
  const words = chosen === undefined ? 'Compare' : chosen === id ? 'Chosen' : 'Compare with this';
  return (
    <button
      type="button"
      class="btn"
      title="Compare with another call (c)"
      aria-pressed={chosen === id}
      onClick={() => chooseForComparison(id)}
    >
      <Icon name="compare" size={14} />
      {words}
    </button>
  );
}

export interface PanelProps {
  readonly id: string;
  readonly isInTrace?: boolean;
  readonly tab: Tab;
  readonly setTab: (tab: Tab) => void;
  readonly onClose?: () => void;
}

function PanelHead({
  span,
  isInTrace,
  onClose,
}: { span: SpanDetail } & Omit<PanelProps, 'id' | 'tab' | 'setTab'>) {
  const { call } = span;
  const sub = call ? [call.provider, call.operation].filter(Boolean).join(' · ') : span.service;
  return (
    <div class="panelhead">
      <Status value={span.status} />
      <h2>{call ? <Model name={call.model} /> : visible(span.name)}</h2>
      <span class="dim">{visible(sub)}</span>
      <span class="grow" />
      {call && <CompareButton id={span.id} />}
      {!isInTrace && (
        <Link class="btn" to={`/traces/${span.traceId}?span=${span.id}`}>
          <Icon name="traces" size={14} />
          Trace
        </Link>
      )}
      <Copy label="a link to this span" text={`${location.origin}/traces/${span.traceId}?span=${span.id}`} />
      {onClose && <Close onClose={onClose} />}
    </div>
  );
}

export function SpanPanel({ id, isInTrace = false, tab, setTab, onClose }: PanelProps) {
  const span = useData<SpanDetail>(`spans/${id}`);
  if (!span)
    return (
      <aside class="panel" aria-label="Details" aria-busy="true">
        <div class="skeleton" />
      </aside>
    );
  if (span === 'gone')
    return (
      <aside class="panel" aria-label="Details">
        <div class="panelhead">
          <h2>This span is no longer here</h2>
          <span class="grow" />
          {onClose && <Close onClose={onClose} />}
        </div>
        <p class="pad dim">It made room for newer ones, or its link is wrong.</p>
      </aside>
    );
  return (
    <aside class="panel" aria-label={`Details of ${span.name}`}>
      <PanelHead span={span} isInTrace={isInTrace} {...(onClose && { onClose })} />
      <div class="panelbody">
        <ErrorBox span={span} />
        <Figures span={span} />
        <Tabs span={span} tab={tab} setTab={setTab} />
      </div>
    </aside>
  );
}
