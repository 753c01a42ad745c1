/**
 * **Redactors** remove secrets and personal data from a text. The built-in ones recognise their targets only by form
 * and miss all others: they help but guarantee nothing.
 */
import type { Call } from '../model/call.ts';
import { withoutSecrets } from '../platform/secrets.ts';
import type { RedactorName } from './options.ts';

/** The place of a text. */
export interface Where {
  /** Absent for the arguments and the result of a tool that runs in this process. */
  readonly call?: Call | undefined;
  readonly kind: 'system_instructions' | 'input' | 'output' | 'tool_definitions' | 'error';
  /** The type of the message's part, or of the tool: `text`, `tool_call`, … */
  readonly part: string;
}

/**
 * Returns the text to record. It is called for each text of a call: of a tool's arguments and results, each
 * string and each key. Where it throws or gives no string, no content of the call is recorded.
 */
export type Redactor = (text: string, where: Where) => string;

/**
 * The characters before and after the `@` of an address. They are matched only next to an `@`, to keep the time
 * linear.
 */
const LOCAL = /[\p{L}\p{M}\p{N}._%+'-]/u;
const DOMAIN = /^(?:[\p{L}\p{M}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/u;
const MAX_LOCAL = 64;
const MAX_DOMAIN = 255;

/** Card numbers in one piece or in groups; the last group may be something else. */
const CARDS: readonly RegExp[] = [
  /(?<!\d|\d\.)[2-6]\d{12,18}(?!\d)/g,
  /(?<!\d)[2-6]\d{3}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?(?!\d)/g,
  /(?<!\d)3\d{3}([ -])\d{6}\1\d{4,5}(?!\d)/g,
];

const keys = (text: string): string => withoutSecrets(text, '[redacted:key]');

function emails(text: string): string {
  let redacted = '';
  let done = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const start = localStart(text, Math.max(done, at - MAX_LOCAL), at);
    const domain = start < at && DOMAIN.exec(text.slice(at + 1, at + 1 + MAX_DOMAIN))?.[0];
    if (!domain) continue;
    redacted += `${text.slice(done, start)}[redacted:email]`;
    done = at + 1 + domain.length;
    at = done - 1;
  }
  return redacted + text.slice(done);
}

/** Where the local part begins that ends at `at`: character by character backwards, to the first that is none. */
function localStart(text: string, min: number, at: number): number {
  let start = at;
  while (start > min) {
    const isPair = /[\uDC00-\uDFFF]/.test(text.charAt(start - 1));
    const before = start - (isPair && start - 1 > min ? 2 : 1);
    if (!LOCAL.test(text.slice(before, start))) break;
    start = before;
  }
  return start;
}

function cards(text: string): string {
  let redacted = text;
  for (const pattern of CARDS) redacted = redacted.replace(pattern, card);
  return redacted;
}

/** A group after the sixteenth digit may be no part of the number. */
function card(digits: string): string {
  if (isCard(digits)) return '[redacted:card]';
  const shorter = /^(.{19})([ -]\d{1,3})$/.exec(digits);
  return shorter?.[1] && isCard(shorter[1]) ? `[redacted:card]${shorter[2]}` : digits;
}

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
  const redactors = all.map((redactor) => (typeof redactor === 'string' ? BUILT_IN[redactor] : redactor));
  if (redactors.length === 0) return undefined;
  return (text, where) => redactors.reduce((soFar, redact) => expectText(redact(soFar, where)), text);
}

function expectText(value: unknown): string {
  if (typeof value === 'string') return value;
  // llmtrace does not await it, and its rejection must not reach the application.
  if (value instanceof Promise) value.catch(() => {});
  throw new TypeError('Expected the redactor to give a string at once.');
}
