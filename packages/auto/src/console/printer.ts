/**
 * Prints each call as one line on stderr, the run of an agent as a tree when it has ended, and a table by model at the end.
 * Never any content.
 */
import { type Call, isToolCall, type Observer } from '@llmtrace/core/internal';
import { atExit } from '../process/exit.ts';
import { printLine } from '../process/stderr.ts';
import { coloured, lineOf, operationLine, plain } from './format.ts';
import { createRunTrees } from './run-tree.ts';
import { createSummary } from './summary.ts';

export interface ConsoleOptions {
  readonly color: boolean;
  /** Asked at the end of each call: whether to print it. @default always */
  readonly isOn?: () => boolean;
  /** @default stderr; a failed write is ignored */
  readonly print?: (line: string) => void;
  /** Receives the function that prints the table when the process ends. */
  readonly onExit?: (print: () => void) => void;
}

export function consoleObserver({
  color,
  isOn = () => true,
  print = printLine,
  onExit = atExit,
}: ConsoleOptions): Observer {
  const paint = color ? coloured : plain;
  const summary = createSummary();
  const trees = createRunTrees(paint, print);
  let waiting = false;
  const sum = (call: Call): void => {
    summary.add(call);
    if (waiting) return;
    waiting = true;
    onExit(() => {
      const table = summary.table();
      if (table.length > 0) print(`\n${table.join('\n')}`);
    });
  };
  return {
    end(call) {
      if (!isOn()) return;
      if (!trees.addCall(call)) print(lineOf(call, paint));
      sum(call);
    },
    usage(calls) {
      if (isOn()) sum(calls);
    },
    operationEnd(operation) {
      if (!isOn() || trees.addOperation(operation)) return;
      if (isToolCall(operation.subject)) print(operationLine(operation, paint));
    },
  };
}
