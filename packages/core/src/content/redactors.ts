/**
 * **Redactors** take out of a text what must not be recorded. Those here know their targets by their form alone: they
 * find what has it, and nothing else. They are a help, no promise.
 */
import type { Call } from '../call.ts';

/** Where a text stands. */
export interface Where {
  readonly call: Call;
  readonly kind: 'system_instructions' | 'input' | 'output' | 'tool_definitions';
  /** The type of the message's part, or of the tool: `text`, `tool_call`, … */
  readonly part: string;
}

/**
 * Gives the text that may be recorded. It is asked for each text of a call: of a tool's arguments and results, each
 * string and each key. Where it throws or gives no string, no content of the call is recorded.
 */
export type Redactor = (text: string, where: Where) => string;

/** The names of the redactors that come along. */
export const REDACTORS = ['keys', 'emails', 'cards'] as const;

export type RedactorName = (typeof REDACTORS)[number];

/** Keys and tokens as those who issue them write them, JSON web tokens, passwords in URLs, and private keys. */
const KEYS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:sk|pk|rk|gsk|xai|pplx|hf|npm|r8|nvapi)[-_][\w-]{16,}/g,
  /\bAIza[\w-]{30,}/g,
  /\bAQ\.[\w-]{20,}/g,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g,
  /\b(?:gh[oprsu]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,})/g,
  /\bxox[abeoprs]-[\w-]{10,}/g,
  /\bya29\.[\w-]{20,}/g,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/g,
  /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/g,
  /\b(?:Bearer|Basic)\s+[\w.~+/=-]{16,}/gi,
];

/** The password of `scheme://user:password@host`. */
const URL_PASSWORD = /(\b[a-z][\w+.-]{0,30}:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,200}@/gi;

const EMAIL = /[\p{L}\p{N}._%+'-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu;

/** 13 to 19 digits, alone or in groups. */
const CARD = /(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d])/g;

function keys(text: string): string {
  let redacted = text;
  for (const pattern of KEYS) redacted = redacted.replace(pattern, '[redacted:key]');
  return redacted.replace(URL_PASSWORD, '$1[redacted:key]@');
}

const emails = (text: string): string =>
  text.includes('@') ? text.replace(EMAIL, '[redacted:email]') : text;

const cards = (text: string): string =>
  text.replace(CARD, (digits) => (isCard(digits) ? '[redacted:card]' : digits));

/** The check digit of a card's number: https://en.wikipedia.org/wiki/Luhn_algorithm */
function isCard(number: string): boolean {
  const digits = number.replace(/\D/g, '');
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0 && /[1-9]/.test(digits);
}

const BUILT_IN: Readonly<Record<RedactorName, Redactor>> = { keys, emails, cards };

/** One redactor that is all of these, one after the other; undefined where there are none. */
export function redactorOf(all: readonly (Redactor | RedactorName)[]): Redactor | undefined {
  const redactors = all.map((one) => (typeof one === 'string' ? BUILT_IN[one] : one));
  if (redactors.length === 0) return undefined;
  return (text, where) => redactors.reduce((soFar, redact) => expectText(redact(soFar, where)), text);
}

function expectText(value: unknown): string {
  if (typeof value === 'string') return value;
  // Awaited by nobody: its failure is none of the application's.
  if (value instanceof Promise) value.catch(() => {});
  throw new TypeError('Expected the redactor to give a string at once.');
}
