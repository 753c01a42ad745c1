/**
 * Renders the Markdown of models as nodes, never as HTML: marked parses it into tokens, and each token becomes an element.
 * Links lead only to the web and to mail; pictures are named, not loaded; HTML is shown as text.
 */
import { Lexer, type Token, type Tokens } from 'marked';
import type { ComponentChildren } from 'preact';
import { Pre, visible } from './bits.tsx';

const MAX_DEPTH = 24;
const PROTOCOLS = new Set(['http:', 'https:', 'mailto:']);

function isSafe(href: string): boolean {
  try {
    return PROTOCOLS.has(new URL(href).protocol);
  } catch {
    return false;
  }
}

function LinkNode({ token, children }: { token: Tokens.Link; children: ComponentChildren }) {
  if (!isSafe(token.href))
    return (
      <span>
        {children} ({visible(token.href)})
      </span>
    );
  return (
    <a href={token.href} title={token.href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

const Picture = ({ text, href }: Tokens.Image) => (
  <span class="noimg">
    [picture, not loaded: {visible(text || 'no text')} · {visible(href)}]
  </span>
);

const Code = ({ lang, text }: Tokens.Code) => (
  <Pre kind="code" label={`Code ${lang ?? ''}`.trim()}>
    {lang && <span class="lang">{visible(lang.slice(0, 30))}</span>}
    <code>{visible(text)}</code>
  </Pre>
);

function Table({ token, depth }: { token: Tokens.Table; depth: number }) {
  return (
    <div class="tablewrap">
      <table>
        {token.header.some(({ text }) => text) && (
          <thead>
            <tr>
              {token.header.map((cell, index) => (
                <th key={index}>{nodes(cell.tokens, depth)}</th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {token.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>{nodes(cell.tokens, depth)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function List({ token, depth }: { token: Tokens.List; depth: number }) {
  const items = token.items.map((item, index) => (
    <li key={index}>
      {item.task && (item.checked ? '☑ ' : '☐ ')}
      {nodes(item.tokens, depth)}
    </li>
  ));
  return token.ordered ? <ol start={Number(token.start) || 1}>{items}</ol> : <ul>{items}</ul>;
}

type Render = (token: never, children: () => ComponentChildren, depth: number) => ComponentChildren;

const whole = (token: Token): ComponentChildren => visible('text' in token ? String(token.text) : token.raw);

/** The element for each kind of token. Other kinds, such as HTML, are shown as their source text. */
const RENDER: Record<string, Render> = {
  space: () => null,
  hr: () => <hr />,
  br: () => <br />,
  paragraph: (_token, children) => <p>{children()}</p>,
  heading: ({ depth }: Tokens.Heading, children) => <p class={`h h${depth}`}>{children()}</p>,
  blockquote: (_token, children) => <blockquote>{children()}</blockquote>,
  strong: (_token, children) => <strong>{children()}</strong>,
  em: (_token, children) => <em>{children()}</em>,
  del: (_token, children) => <del>{children()}</del>,
  codespan: ({ text }: Tokens.Codespan) => <code>{visible(text)}</code>,
  code: (token: Tokens.Code) => <Code {...token} />,
  image: (token: Tokens.Image) => <Picture {...token} />,
  link: (token: Tokens.Link, children) => <LinkNode token={token}>{children()}</LinkNode>,
  list: (token: Tokens.List, _children, depth) => <List token={token} depth={depth} />,
  table: (token: Tokens.Table, _children, depth) => <Table token={token} depth={depth} />,
  text: (token: Tokens.Text, children) => (token.tokens ? children() : whole(token)),
  escape: (token: Tokens.Escape) => whole(token),
};

function nodes(tokens: readonly Token[], depth: number): ComponentChildren {
  if (depth > MAX_DEPTH) return tokens.map(({ raw }) => visible(raw));
  return tokens.map((token, index) => {
    const inner = () => nodes(('tokens' in token && token.tokens) || [], depth + 1);
    const render = Object.hasOwn(RENDER, token.type) ? RENDER[token.type] : undefined;
    const node = render ? render(token as never, inner, depth + 1) : visible(token.raw);
    return <Node key={index}>{node}</Node>;
  });
}

const Node = ({ children }: { children: ComponentChildren }) => <>{children}</>;

export function Markdown({ text }: { text: string }) {
  return (
    <div class="md" dir="auto">
      {nodes(new Lexer({ gfm: true, breaks: true }).lex(text), 0)}
    </div>
  );
}
