/** How calls look on a terminal: pure text, aligned in columns, never any content. */
import { type Call, callErrorType, printable, type Usage } from '@llmtrace/core/internal';

/** Colours a text, or leaves it as it is. */
export type Paint = (style: 'dim' | 'red' | 'yellow', text: string) => string;

export const plain: Paint = (_style, text) => text;

const CODES = { dim: '2', red: '31', yellow: '33' };
export const coloured: Paint = (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m`;

/** The mark of an unknown value, which is never shown as 0. */
const UNKNOWN = '–';

/** One call as one line. */
export function lineOf(call: Call, paint: Paint): string {
  const { usage } = call.response;
  const first = call.firstChunkTime === undefined ? '' : `first ${ms(call.firstChunkTime - call.startTime)}`;
  const cells = [
    paint('dim', 'llmtrace'),
    modelOf(call).padEnd(30),
    tokens(usage?.inputTokens, 'in', parts(usage, 'cacheReadTokens', 'cached')).padEnd(26),
    tokens(usage?.outputTokens, 'out', parts(usage, 'reasoningTokens', 'reasoning')).padEnd(26),
    amount(call.cost?.total, call.cost?.partial === true).padStart(10),
    ms(durationOf(call)).padStart(8),
    first.padEnd(13),
    outcomeOf(call, paint),
  ];
  return cells.join('  ');
}

function outcomeOf(call: Call, paint: Paint): string {
  const { outcome } = call;
  if (outcome === 'failed') return paint('red', `failed: ${callErrorType(call)}`);
  return outcome === 'completed' ? 'ok' : paint('yellow', outcome ?? UNKNOWN);
}

function tokens(count: number | undefined, word: string, parts: string): string {
  return `${whole(count).padStart(9)} ${word}${parts}`;
}

function parts(usage: Usage | undefined, key: keyof Usage, word: string): string {
  const count = usage?.[key];
  return count ? ` (${whole(count)} ${word})` : '';
}

/** The longest model in a line or a row: one that is longer would widen every row of the table. */
const MAX_MODEL = 60;

/** The model that was asked for, behind its provider. */
export const modelOf = ({ provider, request, response }: Call): string =>
  printable(`${provider} ${request.model ?? response.model ?? UNKNOWN}`, MAX_MODEL);

export const durationOf = (call: Call): number => (call.endTime ?? call.activeTime) - call.startTime;

export const whole = (count: number | undefined): string => count?.toLocaleString('en-US') ?? UNKNOWN;

export function usd(cost: number | undefined): string {
  if (cost === undefined) return UNKNOWN;
  if (cost === 0) return '$0';
  if (cost < 0.000001) return '<$0.000001';
  return `$${cost.toFixed(cost >= 1 ? 2 : cost >= 0.01 ? 4 : 6)}`;
}

/** A cost; where something is missing from it, it is at least that much. */
export const amount = (cost: number | undefined, isPartial: boolean): string =>
  cost !== undefined && isPartial ? `≥ ${usd(cost)}` : usd(cost);

export function ms(time: number | undefined): string {
  if (time === undefined) return UNKNOWN;
  return time < 999.5 ? `${time.toFixed(0)} ms` : `${(time / 1000).toFixed(time < 99_950 ? 2 : 0)} s`;
}

/** Rows in columns, each as wide as its widest cell; the first column to the left, numbers to the right. */
export function tableOf(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
