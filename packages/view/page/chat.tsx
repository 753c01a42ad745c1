/** A conversation: messages, tools, reasoning, pictures. All text in it is untrusted. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Content, Cut } from '../src/api-types.ts';
import { Copy, Icon, Json, Pre, visible } from './bits.tsx';
import { bytes, classes, int, noun } from './format.ts';
import { Markdown } from './markdown.tsx';
import { get } from './state.ts';

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isCut = (value: unknown): value is Cut => isObject(value) && typeof value['$cut'] === 'string';
const objects = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isObject) : []);
const words = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** The start of a text that the API may have cut. */
export const textOf = (value: unknown): string => (isCut(value) ? value.$cut : words(value ?? ''));

/** The longest text that is rendered as Markdown. A longer text is shown as it is, because rendering would block the page. */
const MAX_MARKDOWN = 60_000;

interface Context {
  readonly span: string;
  readonly isRaw: boolean;
  /** The results of tool calls, by the ids of the calls. */
  readonly results: ReadonlyMap<unknown, Fields>;
}

function Text({ value, context }: { value: unknown; context: Context }) {
  const [whole, setWhole] = useState<string>();
  const text = whole ?? textOf(value);
  const showAll = async (path: string) => {
    const answer = await get<{ text: string }>(`spans/${context.span}/text`, { path });
    setWhole(answer.text);
  };
  return (
    <>
      {context.isRaw || text.length > MAX_MARKDOWN ? (
        <Pre kind="raw" label="Text">
          {visible(text)}
        </Pre>
      ) : (
        <Markdown text={text} />
      )}
      {isCut(value) && whole === undefined && (
        <button type="button" class="btn more" onClick={() => showAll(value.path)}>
          Show all {int(value.length)} characters
        </button>
      )}
    </>
  );
}

const SHORT_RESULT = 400;

function Result({ value, id }: { value: unknown; id: unknown }) {
  const text = words(value);
  const isShort = text.length < SHORT_RESULT;
  return (
    <details class="result" open={isShort}>
      <summary>
        <Icon name="right" size={12} />
        Result <span class="dim mono">{visible(isShort ? words(id ?? '') : text.slice(0, 100))}</span>
      </summary>
      <Json value={isCut(value) ? value.$cut : value} label="Result of the tool" />
    </details>
  );
}

const argumentsOf = (part: Fields): unknown => part['arguments'] ?? part['server_tool_call'];
const responseOf = (part: Fields): unknown => part['response'] ?? part['server_tool_call_response'];

function ToolCall({ part, context }: { part: Fields; context: Context }) {
  const result = part['id'] === undefined ? undefined : context.results.get(part['id']);
  return (
    <div class="tool">
      <p class="toolhead">
        <Icon name="tool" size={14} />
        <b>{visible(words(part['name'] ?? 'tool'))}</b>
        {part['type'] === 'server_tool_call' && <span class="badge">run by the vendor</span>}
        <span class="dim mono">{visible(words(part['id'] ?? ''))}</span>
      </p>
      <Json value={argumentsOf(part)} label="Arguments of the tool" />
      {result && <Result value={responseOf(result)} id={part['id']} />}
    </div>
  );
}

const File = ({ children }: { children: ComponentChildren }) => <p class="filebox">{children}</p>;

function Blob({ part }: { part: Fields }) {
  const what = `${words(part['modality'] ?? 'bytes')}, ${words(part['mime_type'] ?? 'unknown type')}, ${bytes(Number(part['bytes'] ?? 0))}`;
  // The URL must be the viewer's: a sender could write another one into the message.
  const url = words(part['url'] ?? '');
  if (!url.startsWith('/api/spans/')) return <File>{visible(what)}</File>;
  return (
    <a class="shot" href={url} target="_blank" rel="noopener">
      <img src={url} alt={what} loading="lazy" />
    </a>
  );
}

function Uri({ part }: { part: Fields }) {
  const uri = words(part['uri'] ?? '');
  const what = visible(`${words(part['modality'] ?? 'file')} · ${words(part['mime_type'] ?? '')}`);
  if (!uri.startsWith('llmtrace:omitted'))
    return (
      <File>
        {what}: {visible(uri)} (not loaded)
      </File>
    );
  const size = /bytes=(\d+)/.exec(uri)?.[1];
  return (
    <File>
      {what} · not recorded{size ? ` (${bytes(Number(size))})` : ''}. <code>LLMTRACE_CAPTURE_BLOBS=true</code>{' '}
      records it.
    </File>
  );
}

const Reasoning = ({ part, context }: { part: Fields; context: Context }) => (
  <details class="reasoning">
    <summary>
      <Icon name="think" size={14} />
      Reasoning
    </summary>
    <Text value={part['content']} context={context} />
  </details>
);

const Unknown = ({ part }: { part: Fields }) => (
  <div class="tool">
    <p class="toolhead">{visible(words(part['type'] ?? 'part'))}</p>
    <Json value={part} label="Part of the message" />
  </div>
);

const ResultPart = ({ part }: { part: Fields }) => <Result value={responseOf(part)} id={part['id']} />;
const FilePart = ({ part }: { part: Fields }) => (
  <File>
    {visible(words(part['modality'] ?? ''))} · file {visible(words(part['file_id'] ?? ''))}
  </File>
);
const TextPart = ({ part, context }: { part: Fields; context: Context }) => (
  <Text value={part['content']} context={context} />
);

type PartView = (props: { part: Fields; context: Context }) => ComponentChildren;

const PARTS: Record<string, PartView> = {
  text: TextPart,
  reasoning: Reasoning,
  tool_call: ToolCall,
  server_tool_call: ToolCall,
  tool_call_response: ResultPart,
  server_tool_call_response: ResultPart,
  blob: Blob,
  uri: Uri,
  file: FilePart,
};

function Part({ part, context }: { part: Fields; context: Context }) {
  const type = words(part['type'] ?? '');
  const View = (Object.hasOwn(PARTS, type) ? PARTS[type] : undefined) ?? Unknown;
  return <View part={part} context={context} />;
}

const ROLES: Record<string, readonly [words: string, kind: string]> = {
  system: ['System', 'sys'],
  developer: ['Developer', 'sys'],
  user: ['User', 'user'],
  assistant: ['Assistant', 'assistant'],
  model: ['Assistant', 'assistant'],
  tool: ['Tool', 'toolmsg'],
};

const partsOf = (message: Fields): readonly Fields[] =>
  Array.isArray(message['parts'])
    ? objects(message['parts'])
    : [{ type: 'text', content: message['content'] }];

const copied = (part: Fields): string =>
  part['content'] === undefined
    ? JSON.stringify(argumentsOf(part) ?? responseOf(part) ?? part, null, 2)
    : textOf(part['content']);

const NO_RESULTS: ReadonlyMap<unknown, Fields> = new Map();

export function Message({ message, context }: { message: Fields; context: Context }) {
  const role = words(message['role'] ?? 'unknown');
  const [name, kind] = (Object.hasOwn(ROLES, role) ? ROLES[role] : undefined) ?? [role, 'sys'];
  const finish = message['finish_reason'];
  const parts = partsOf(message);
  return (
    <article class={classes('msg', kind)}>
      <header>
        <span class="role">{visible(name)}</span>
        {finish !== undefined && finish !== 'stop' && <span class="badge">{visible(words(finish))}</span>}
        <span class="grow" />
        <Copy label="the message" text={() => parts.map(copied).join('\n\n')} />
      </header>
      <div class="body">
        {parts.map((part, index) => (
          <Part key={index} part={part} context={context} />
        ))}
      </div>
    </article>
  );
}

/** Messages without their call: results of tools stay in their own message. */
export const Messages = ({ list, span }: { list: unknown; span: string }) => (
  <>
    {objects(list).map((message, index) => (
      <Message key={index} message={message} context={{ span, isRaw: false, results: NO_RESULTS }} />
    ))}
  </>
);

const isResult = (part: Fields): boolean => words(part['type']).endsWith('_response');
const isToolCall = (part: Fields): boolean => words(part['type']).endsWith('tool_call');

function idsOf(messages: readonly Fields[], is: (part: Fields) => boolean): Map<unknown, Fields> {
  const parts = messages.flatMap(partsOf).filter((part) => is(part) && part['id'] !== undefined);
  return new Map(parts.map((part) => [part['id'], part]));
}

/** The messages, except those that have only results of tools: the results are shown next to their tool calls. */
function withoutResults(messages: readonly Fields[]): readonly Fields[] {
  const calls = idsOf(messages, isToolCall);
  const isShownElsewhere = (part: Fields) => isResult(part) && calls.has(part['id']);
  return messages.filter(
    (message) => !(partsOf(message).length > 0 && partsOf(message).every(isShownElsewhere)),
  );
}

function Instructions({ parts, context }: { parts: readonly Fields[]; context: Context }) {
  if (parts.length === 0) return null;
  return (
    <details class="sysbox">
      <summary>
        <Icon name="gear" size={14} />
        Instructions <span class="dim">{visible(textOf(parts[0]?.['content']).slice(0, 90))}…</span>
      </summary>
      <div class="body">
        {parts.map((part, index) => (
          <Part key={index} part={part} context={context} />
        ))}
      </div>
    </details>
  );
}

function Tools({ tools }: { tools: readonly Fields[] }) {
  if (tools.length === 0) return null;
  return (
    <details class="sysbox">
      <summary>
        <Icon name="tool" size={14} />
        Tools{' '}
        <span class="dim">{visible(tools.map(({ name, type }) => words(name ?? type)).join(', '))}</span>
      </summary>
      <div class="body">
        <Json value={tools} label="Tools" />
      </div>
    </details>
  );
}

/** The number of messages that are shown at first; a button shows the others. */
const SHOWN = 3;

export function Conversation({ content, span }: { content: Content; span: string }) {
  const [isRaw, setRaw] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const [input, output, tools] = [content.input, content.output, content.tools].map(objects) as [
    readonly Fields[],
    readonly Fields[],
    readonly Fields[],
  ];
  const context: Context = { span, isRaw, results: idsOf(input, isResult) };
  const shown = withoutResults(input);
  const hidden = isOpen ? 0 : Math.max(0, shown.length - SHOWN);
  return (
    <div class="chat">
      <div class="chatbar">
        <span class="dim">
          {int(input.length)} {noun(input.length, 'message')} in, {int(output.length)} out
          {tools.length > 0 && `, ${tools.length} ${noun(tools.length, 'tool')}`}
        </span>
        <button type="button" class="btn" aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
          As written
        </button>
      </div>
      <Instructions parts={objects(content.system)} context={context} />
      <Tools tools={tools} />
      {hidden > 0 && (
        <button type="button" class="btn history" onClick={() => setOpen(true)}>
          <Icon name="up" size={14} />
          {hidden} earlier messages
        </button>
      )}
      {shown.slice(hidden).map((message, index) => (
        <Message key={index} message={message} context={context} />
      ))}
      {output.length > 0 && (
        <div class="answerline">
          <span>Answer</span>
        </div>
      )}
      {output.map((message, index) => (
        <Message key={index} message={message} context={context} />
      ))}
    </div>
  );
}

const CAPTURE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_ONLY';

export const NoContent = () => (
  <div class="nocontent">
    <p>
      <b>The messages are not recorded</b>
    </p>
    <p>
      llmtrace records no prompt and no answer unless the application asks for it. To see them, start it with
    </p>
    <p class="cmd">
      <code>{CAPTURE}</code>
      <Copy label="the variable" text={CAPTURE} />
    </p>
    <p class="dim">They stay on this machine: in the memory of this viewer.</p>
  </div>
);
