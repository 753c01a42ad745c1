/** The run of an agent or a workflow as an indented tree, printed when the outermost run has ended, with its sums. */
import { type AgentOperation, type Call, operationOf, parentOf, runsOf } from '@llmtrace/core/internal';
import { lineOf, operationLine, type Paint } from './format.ts';

/** The most lines of a tree; the last line counts further calls and tools. */
const MAX_LINES = 200;

interface Entry {
  readonly record: Call | AgentOperation;
  /** The operation above it in the tree. */
  readonly parent: AgentOperation | undefined;
}

interface Tree {
  readonly entries: Entry[];
  /** The number of calls and operations, including those beyond {@link MAX_LINES}. */
  count: number;
}

export interface RunTrees {
  /** Adds an ended call to the tree of its run. @returns false for a call outside of runs. */
  addCall(call: Call): boolean;
  /** The same for an operation. The end of the outermost run prints the tree. */
  addOperation(operation: AgentOperation): boolean;
}

export function createRunTrees(paint: Paint, print: (line: string) => void): RunTrees {
  const trees = new WeakMap<AgentOperation, Tree>();

  const add = (entry: Entry): boolean => {
    const root = runsOf(entry.parent).at(-1);
    if (!root) return false;
    const tree = trees.get(root) ?? { entries: [], count: 0 };
    trees.set(root, tree);
    tree.count++;
    if (tree.entries.length < MAX_LINES) tree.entries.push(entry);
    return true;
  };

  return {
    addCall: (call) => add({ record: call, parent: operationOf(call.context) }),
    addOperation(operation) {
      if (add({ record: operation, parent: parentOf(operation) })) return true;
      if (!operation.rollUp) return false;
      const { entries, count } = trees.get(operation) ?? { entries: [], count: 0 };
      trees.delete(operation);
      const lines = linesOf(operation, entries, paint);
      const more = count - (lines.length - 1);
      if (more > 0) lines.push(paint('dim', `llmtrace    and ${more} more calls and tools`));
      print(lines.join('\n'));
      return true;
    },
  };
}

function linesOf(root: AgentOperation, entries: readonly Entry[], paint: Paint): string[] {
  const sorted = entries.toSorted((a, b) => a.record.startTime - b.record.startTime);
  const lines: string[] = [];
  const walk = (operation: AgentOperation, depth: number): void => {
    lines.push(operationLine(operation, paint, depth));
    for (const { record, parent } of sorted) {
      if (parent !== operation) continue;
      if ('subject' in record) walk(record, depth + 1);
      else lines.push(lineOf(record, paint, depth + 1));
    }
  };
  walk(root, 0);
  return lines;
}
