/** How calls look on a terminal: pure text, aligned in columns, never any content. */
import {
  type AgentOperation,
  type Call,
  callErrorType,
  printable,
  type Usage,
} from '@llmtrace/core/internal';

/** Colours a text, or leaves it as it is. */
export type Paint = (style: 'dim' | 'red' | 'yellow', text: string) => string;

export const plain: Paint = (_style, text) => text;

const CODES = { dim: '2', red: '31', yellow: '33' };
export const coloured: Paint = (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m`;

/** The mark of an unknown value, which is never shown as 0. */
const UNKNOWN = '–';

/**
 * One call as one line.
 * @param depth the number of operations around it in the tree.
 */
export function lineOf(call: Call, paint: Paint, depth = 0): string {
  const { usage } = call.response;
  const first = call.firstChunkTime === undefined ? '' : `first ${ms(call.firstChunkTime - call.startTime)}`;
  return lineWith(paint, depth, {
    label: modelOf(call),
    input: tokens(usage?.inputTokens, 'in', parts(usage, 'cacheReadTokens', 'cached')),
    output: tokens(usage?.outputTokens, 'out', parts(usage, 'reasoningTokens', 'reasoning')),
    cost: amount(call.cost?.total, call.cost?.partial === true),
    time: ms(durationOf(call)),
    first,
    outcome: outcomeOf(call, paint),
  });
}

interface Cells {
  readonly label: string;
  readonly input?: string;
  readonly output?: string;
  readonly cost?: string;
  readonly time: string;
  readonly first?: string;
  readonly outcome: string;
}

const lineWith = (paint: Paint, depth: number, cells: Cells): string =>
  [
    paint('dim', 'llmtrace'),
    ('  '.repeat(Math.min(depth, MAX_DEPTH)) + cells.label).padEnd(30),
    (cells.input ?? '').padEnd(26),
    (cells.output ?? '').padEnd(26),
    (cells.cost ?? '').padStart(10),
    cells.time.padStart(8),
    (cells.first ?? '').padEnd(13),
    cells.outcome,
  ].join('  ');

/** The deepest indentation of runs within runs. */
const MAX_DEPTH = 10;

/** One operation as one line; that of a run has the sums of the calls within it. */
export function operationLine(operation: AgentOperation, paint: Paint, depth = 0): string {
  const { subject, rollUp } = operation;
  const { kind, name, mcp } = subject;
  const label = [mcp && kind !== 'execute_tool' ? mcp.method : kind, name].filter(Boolean).join(' ');
  return lineWith(paint, depth, {
    label: printable(label, MAX_MODEL),
    ...(rollUp && {
      input: tokens(rollUp.inputTokens, 'in', ''),
      output: tokens(rollUp.outputTokens, 'out', ''),
      cost: amount(rollUp.cost, rollUp.unknownCalls > 0),
    }),
    time: ms(durationOf(operation)),
    outcome: operationOutcome(operation, paint),
  });
}

function operationOutcome({ outcome, rollUp, errorType }: AgentOperation, paint: Paint): string {
  const sums = rollUp
    ? ` (${counted(rollUp.modelCalls, 'model call')}, ${counted(rollUp.toolCalls, 'tool call')})`
    : '';
  if (outcome === 'failed')
    return paint('red', errorType === undefined ? 'failed' : `failed: ${printable(errorType, 60)}`) + sums;
  return (outcome === 'completed' ? 'ok' : paint('yellow', outcome ?? UNKNOWN)) + sums;
}

const counted = (count: number, noun: string): string => `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;

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

/** The requested model, after its provider. */
export const modelOf = ({ provider, request, response }: Call): string =>
  printable(`${provider} ${request.model ?? response.model ?? UNKNOWN}`, MAX_MODEL);

export const durationOf = (call: Call | AgentOperation): number =>
  (call.endTime ?? call.activeTime) - call.startTime;

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
