/** The kinds of spans, each with its colour, icon and name. */
import type { SpanType } from '../src/names.ts';
import type { IconName } from './icons.ts';

export const TONES: Record<SpanType, string> = {
  llm: 'var(--c-out)',
  embed: 'var(--c-in)',
  tool: 'var(--c-tool)',
  agent: 'var(--c-agent)',
  mcp: 'var(--c-mcp)',
  http: 'var(--c-http)',
  db: 'var(--c-db)',
  span: 'var(--c-span)',
};

export const KIND_ICONS: Record<SpanType, IconName> = {
  llm: 'spark',
  embed: 'embed',
  tool: 'tool',
  agent: 'agent',
  mcp: 'mcp',
  http: 'globe',
  db: 'db',
  span: 'span',
};

export const KIND_WORDS: Record<SpanType, string> = {
  llm: 'model',
  embed: 'embedding',
  tool: 'tool',
  agent: 'agent',
  mcp: 'MCP',
  http: 'HTTP',
  db: 'database',
  span: 'other',
};
