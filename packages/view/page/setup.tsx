/** Instructions to connect, the received telemetry, the doctor's findings; also the page of an empty viewer. */
import type { DoctorReport, State } from '../src/api-types.ts';
import { Copy, Icon, Status, visible, Waiting } from './bits.tsx';
import { ago, bytes, int, NONE } from './format.ts';
import { hasShortcuts, post, state } from './state.ts';

const Command = ({ text }: { text: string }) => (
  <p class="cmd">
    <code>{text}</code>
    <Copy label="the command" text={text} />
  </p>
);

function Ways() {
  const endpoint = `OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin}`;
  return (
    <div class="ways">
      <div>
        <h2>Let the viewer start it</h2>
        <Command text="npx llmtrace view -- node app.mjs" />
        <p class="dim">Nothing else to set up: calls are shown within a second.</p>
      </div>
      <div>
        <h2>An application that runs by itself</h2>
        <Command text={`${endpoint} node --import @llmtrace/auto app.mjs`} />
        <p class="dim">
          Spans are sent every 5 s; <code>OTEL_BSP_SCHEDULE_DELAY=250</code> makes that a quarter of a second.
        </p>
      </div>
      <div>
        <h2>Anything that speaks OpenTelemetry</h2>
        <Command text={endpoint} />
        <p class="dim">
          OTLP over HTTP, protobuf or JSON. Python, Go, Java: the same variable, and{' '}
          <code>OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf</code>.
        </p>
      </div>
    </div>
  );
}

export const Empty = () => (
  <div class="page empty">
    <div class="emptybox">
      <p class="listening">
        <span class="pulse" />
        Listening at <b class="mono">{location.host}</b>
      </p>
      <h1>No call has been seen yet</h1>
      <p class="lead">
        Run your application, and every call of a model appears here: its cost, its time, and its messages if
        you record them.
      </p>
      <Ways />
      <p class="dim foot">
        Nothing leaves this machine. What is received is kept in memory, and gone when the viewer ends.
      </p>
    </div>
  </div>
);

export function Locked() {
  return (
    <div class="page empty">
      <div class="emptybox">
        <h1>This viewer asks for its token</h1>
        <p class="lead">Open the whole address that it printed when it started, with what is behind the #.</p>
      </div>
    </div>
  );
}

const counts = (list: DoctorReport['traced'], words: string): string[] =>
  list.map(([name, count]) => `${count} of ${name} ${words}`);

function Report({ report }: { report: DoctorReport }) {
  const calls = [...counts(report.traced, 'traced'), ...counts(report.untraced, 'not traced')];
  return (
    <div class="report card">
      <p class="mono reporthead">
        {visible(report.command)}
        <span class="dim">{visible(report.versions)}</span>
      </p>
      <dl class="kv inline">
        {report.copies.map((copy) => (
          <div key={`${copy.module} ${copy.version} ${copy.build}`}>
            <dt>loaded</dt>
            <dd class="mono">
              {visible(`${copy.module} ${copy.version} (${copy.build})`)}{' '}
              {copy.methods > 0 ? (
                <span class="good">traced, {copy.methods} methods</span>
              ) : (
                <span class="bad">not traced</span>
              )}
            </dd>
          </div>
        ))}
        <div>
          <dt>calls</dt>
          <dd class="mono">{visible(calls.join(', ') || 'none was made')}</dd>
        </div>
      </dl>
      <ul class="findings">
        {report.findings.map(({ code, message, cure, lost }) => (
          <li key={code + message} class={lost ? 'lost' : undefined}>
            <Status value={lost ? 'error' : 'cancelled'} />
            <div>
              <p>
                <b>{code}</b> {visible(message)}
              </p>
              <p class="cure">→ {visible(cure)}</p>
            </div>
          </li>
        ))}
        {report.findings.length === 0 && (
          <li>
            <Status value="ok" />
            <p>All is well.</p>
          </li>
        )}
      </ul>
    </div>
  );
}

function forgetAll(): void {
  if (confirm('Forget all that was received?')) post('clear');
}

function Received({ viewer }: { viewer: State }) {
  const share = Math.max(viewer.spans / viewer.maxSpans, viewer.bytes / viewer.maxBytes);
  const services = viewer.services.map(([name, count]) => `${name} (${int(count)})`);
  const rows: readonly (readonly [string, string])[] = [
    ['spans', `${int(viewer.spans)} of ${int(viewer.maxSpans)}`],
    ['memory for them', `${bytes(viewer.bytes)} of ${bytes(viewer.maxBytes)}`],
    ['made room', `${int(viewer.dropped)} oldest spans`],
    ['refused', `${int(viewer.rejected)} spans that are not valid`],
    ['log records', int(viewer.logs)],
    ['metrics', `${int(viewer.metrics)} requests, counted and not kept`],
    ['services', services.join(', ') || NONE],
    ['last', viewer.lastReceived > 0 ? ago(viewer.lastReceived) : 'nothing yet'],
    ['messages', viewer.hasContent ? 'are recorded by the application' : 'are not recorded'],
    ...(viewer.file ? [['file', viewer.file] as const] : []),
  ];
  return (
    <section>
      <h2>Received</h2>
      <dl class="kv">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{visible(value)}</dd>
          </div>
        ))}
      </dl>
      <div
        class="meter"
        role="meter"
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-label="How full the memory is"
      >
        <i style={{ width: `${Math.min(100, share * 100)}%` }} />
      </div>
      <button type="button" class="btn" onClick={forgetAll}>
        <Icon name="trash" size={14} />
        Forget all
      </button>
    </section>
  );
}

const KEYS: readonly (readonly [keys: string, words: string])[] = [
  ['j k', 'next, previous'],
  ['↵', 'open'],
  ['Esc', 'close, back'],
  ['/', 'filter'],
  ['c', 'choose, then compare with'],
  ['l', 'live or paused'],
  ['g o · g c · g t', 'overview, calls, traces'],
  ['g s · g e · g m · g u', 'sessions, errors, compare, setup'],
  ['← →', 'fold, unfold (in a trace)'],
  ['d', 'light, dark, as the system'],
  ['?', 'these keys'],
];

export const Keys = () => (
  <>
    <dl class="keys">
      {KEYS.map(([keys, words]) => (
        <div key={keys}>
          <dt>
            {keys.split(' ').map((key, index) =>
              key === '·' ? (
                <span key={index} class="dim">
                  ·
                </span>
              ) : (
                <kbd key={index}>{key}</kbd>
              ),
            )}
          </dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
    <label class="check">
      <input
        type="checkbox"
        checked={hasShortcuts.value}
        onChange={() => {
          hasShortcuts.value = !hasShortcuts.value;
        }}
      />
      keys of one letter work everywhere
    </label>
  </>
);

export function Setup() {
  const viewer = state.value;
  if (!viewer) return <Waiting />;
  return (
    <div class="page scroll setup">
      <header class="pagehead">
        <h1>Setup</h1>
      </header>
      {viewer.doctor.length > 0 && (
        <section>
          <h2>The doctor</h2>
          {viewer.doctor.map((report) => (
            <Report key={report.command} report={report} />
          ))}
        </section>
      )}
      <section aria-label="Connect">
        <Ways />
      </section>
      <div class="two even">
        <Received viewer={viewer} />
        <section>
          <h2>Keys</h2>
          <Keys />
        </section>
      </div>
    </div>
  );
}
