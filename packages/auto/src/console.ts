/** Prints each call as one line on stderr, and a table by model at the end. Never any content. */
import { Console } from 'node:console';
import type { Observer } from '@llmtrace/core';
import { coloured, lineOf, plain } from './console-format.ts';
import { atExit } from './exit.ts';
import { createSummary } from './summary.ts';

export interface ConsoleOptions {
  readonly color: boolean;
  /** Asked at the end of each call: whether to print it. @default always */
  readonly isOn?: () => boolean;
  /** @default stderr, where failure to write is nobody's error */
  readonly print?: (line: string) => void;
  /** Takes what prints the table when the process ends. */
  readonly onExit?: (print: () => void) => void;
}

export function consoleObserver({
  color,
  isOn = () => true,
  print = printer(),
  onExit = atExit,
}: ConsoleOptions): Observer {
  const paint = color ? coloured : plain;
  const summary = createSummary();
  let waiting = false;
  return {
    end(call) {
      if (!isOn()) return;
      print(lineOf(call, paint));
      summary.add(call);
      if (waiting) return;
      waiting = true;
      onExit(() => {
        const table = summary.table();
        if (table.length > 0) print(`\n${table.join('\n')}`);
      });
    },
  };
}

/** A console of our own: what it cannot write it drops, and goes on. */
function printer(): (line: string) => void {
  let out: Console | undefined;
  return (line) => {
    out ??= new Console(process.stderr, process.stderr);
    out.log(line);
  };
}
