/** The options of content capture: their defaults and rules. */
import type { Span } from '@opentelemetry/api';
import type { Call } from '../model/call.ts';
import type { Content } from '../model/messages.ts';
import {
  checked,
  flag,
  fromEnvironment,
  oneOf,
  positiveInteger,
  type Rule,
  type Rules,
  type Warn,
} from '../options/rules.ts';
import { optionTable } from '../options/table.ts';
import type { Redactor } from './redactors.ts';

/** The names of the built-in redactors. */
export const REDACTORS = ['keys', 'emails', 'cards'] as const;

export type RedactorName = (typeof REDACTORS)[number];

const CAPTURE_MODES = ['NO_CONTENT', 'SPAN_ONLY', 'EVENT_ONLY', 'SPAN_AND_EVENT'] as const;

/** Where content is recorded. */
export type CaptureMode = (typeof CAPTURE_MODES)[number];

/** Processes the content of an ended call before it is recorded. It may change its argument. */
export type CompletionHook = (content: Content, span: Span, call: Call) => unknown;

/** Options of content capture: message content, which llmtrace by default does not read. */
export interface ContentOptions {
  /**
   * Whether messages, instructions and tools are recorded as attributes of the span, in a log event
   * (`gen_ai.client.inference.operation.details`), or both. Environment:
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`, where `true` means `SPAN_ONLY`.
   * @default 'NO_CONTENT'
   */
  capture?: CaptureMode;
  /**
   * How many characters (UTF-16 code units) of each text are recorded. The JSON around it stays whole. Environment:
   * `LLMTRACE_CONTENT_MAX_LENGTH`.
   * @default no limit
   */
  maxLength?: number | undefined;
  /**
   * Record images, audio and files that are part of a message as they are, in place of their type, size and SHA-256.
   * Environment: `LLMTRACE_CAPTURE_BLOBS`.
   * @default false
   */
  blobs?: boolean;
  /**
   * How much of a request's tool definitions is recorded: types and names, or also descriptions and parameters.
   * Environment: `LLMTRACE_CONTENT_TOOL_DEFINITIONS`.
   * @default 'names'
   */
  toolDefinitions?: 'names' | 'full';
  /**
   * Removes secrets and personal data from each text: built-in redactors (`keys`, `emails`, `cards`, found by their
   * form), functions of yours, or a list of both. If one throws, no content of the call is recorded. Environment:
   * `LLMTRACE_CONTENT_REDACT=keys,emails,cards`.
   * @default []
   */
  redact?: Redactor | RedactorName | readonly (Redactor | RedactorName)[];
  /**
   * Gets the content of each call that has ended, and its span, even if content is not recorded or the span is not
   * sampled: to store it elsewhere, or to change the recorded content. It runs after the redactors and before
   * `maxLength`, and must be fast. If it throws, no content of the call is recorded; a returned promise is not
   * awaited.
   */
  completionHook?: CompletionHook | undefined;
}

/** The same, complete. */
export interface ResolvedContent {
  readonly capture: CaptureMode;
  readonly maxLength: number | undefined;
  readonly blobs: boolean;
  readonly toolDefinitions: 'names' | 'full';
  readonly redact: readonly (Redactor | RedactorName)[];
  readonly completionHook: CompletionHook | undefined;
}

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

const isRedactor = (value: unknown): boolean =>
  typeof value === 'function' || REDACTORS.includes(value as RedactorName);

const WORDS: Readonly<Record<string, CaptureMode>> = { TRUE: 'SPAN_ONLY', FALSE: 'NO_CONTENT' };

const captureRule: Rule = {
  ...oneOf(CAPTURE_MODES, 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'),
  parse: (text) => WORDS[text.toUpperCase()] ?? text.toUpperCase(),
};

const REDACT_ENV = 'LLMTRACE_CONTENT_REDACT';

const redactRule: Rule = {
  expected: `of ${REDACTORS.join(', ')} or functions`,
  textExpected: `a list of ${REDACTORS.join(', ')}`,
  holds: (value) => listOf(value).every(isRedactor),
  env: REDACT_ENV,
  parse(text) {
    const names = text
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean);
    return names.length > 0 ? names : text;
  },
};

type Optional = 'maxLength' | 'completionHook';
type Options = Required<Omit<ContentOptions, Optional>> & Pick<ContentOptions, Optional>;

const RULES: Rules<Options> = {
  capture: captureRule,
  maxLength: positiveInteger('LLMTRACE_CONTENT_MAX_LENGTH'),
  blobs: flag('LLMTRACE_CAPTURE_BLOBS'),
  toolDefinitions: oneOf(['names', 'full'], 'LLMTRACE_CONTENT_TOOL_DEFINITIONS'),
  redact: redactRule,
  completionHook: { expected: 'a function', holds: (value) => typeof value === 'function' },
};

/** In the place of a redactor that does not exist: it lets nothing pass. */
const refuse: Redactor = () => {
  throw new TypeError(`Expected ${REDACT_ENV} to name redactors that exist.`);
};

const DEFAULTS: Options = { capture: 'NO_CONTENT', blobs: false, toolDefinitions: 'names', redact: [] };

/** The options of content in words. */
export const CONTENT_TABLE = optionTable('content', RULES, DEFAULTS, {
  capture: 'record [message content](docs/content.md) on spans, in events, or both',
  maxLength: 'how many characters of each text are recorded',
  blobs: 'record images, audio and files within messages as base64',
  toolDefinitions: "`full`: the tools' descriptions and parameters, too",
  redact: {
    description: '[redactors](docs/content.md): what is taken out of each text before it is recorded',
    otherwise: 'no content is recorded',
  },
  completionHook: 'gets the content of each call that has ended',
});

/**
 * Completes the option `content`; code takes precedence over the environment.
 * @throws TypeError that names the first wrong option and its value.
 */
export function resolveContent(
  content: ContentOptions | undefined,
  env: Readonly<Record<string, string | undefined>>,
  warn: Warn,
): ResolvedContent {
  const set = fromEnvironment(RULES, env, warn);
  // With an unknown redactor no content is recorded, because it would be recorded unredacted.
  if (env[REDACT_ENV]?.trim() && set.redact === undefined) set.redact = [refuse];
  const options = checked<Options>('content', content ?? {}, RULES, { ...DEFAULTS, ...set });
  return {
    capture: options.capture,
    maxLength: options.maxLength,
    blobs: options.blobs,
    toolDefinitions: options.toolDefinitions,
    redact: listOf(options.redact),
    completionHook: options.completionHook,
  };
}
