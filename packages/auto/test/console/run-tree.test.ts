/** The run of an agent on the console: one tree when it has ended, with its sums. */
import assert from 'node:assert/strict';
import type { AgentOperation, Call } from '@llmtrace/core';
import { operationOf } from '@llmtrace/core/internal';
import { aCall } from '@llmtrace/test-fixtures/call';
import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { consoleObserver } from '../../src/console/printer.ts';

const OPERATION = createContextKey('llmtrace.operation');

const rollUp = {
  modelCalls: 2,
  toolCalls: 1,
  ownModelCalls: 2,
  ownToolCalls: 1,
  inputTokens: 200,
  outputTokens: 20,
  cost: 0.5,
  unknownCalls: 0,
};

const operation = (
  subject: AgentOperation['subject'],
  startTime: number,
  more: Partial<AgentOperation> = {},
): AgentOperation => {
  const made: AgentOperation = {
    subject,
    parent: undefined,
    rollUp: undefined,
    startTime,
    activeTime: startTime,
    endTime: undefined,
    outcome: undefined,
    error: undefined,
    errorType: undefined,
    content: undefined,
    link: undefined,
    context: ROOT_CONTEXT,
    ...more,
  };
  made.context = ROOT_CONTEXT.setValue(OPERATION, made);
  return made;
};

const callIn = (within: AgentOperation, startTime: number): Call =>
  aCall({
    context: within.context,
    startTime,
    endTime: startTime + 10,
    outcome: 'completed',
    response: { usage: { inputTokens: 100, outputTokens: 10 } },
    cost: { total: 0.25, source: 'local' },
  });

describe('the run of an agent on the console', () => {
  let lines: string[];
  let observer: ReturnType<typeof consoleObserver>;
  beforeEach(() => {
    lines = [];
    const print = (text: string): void => void lines.push(...text.split('\n').map(steady));
    observer = consoleObserver({ color: false, print, onExit: () => {} });
  });
  const steady = (line: string): string =>
    line.replace(/ {2,}/g, (blanks) => (blanks.length > 4 ? ' | ' : blanks));
  const ends = (
    record: AgentOperation,
    endTime: number,
    outcome: AgentOperation['outcome'] = 'completed',
  ) => {
    Object.assign(record, { endTime, outcome });
    observer.operationEnd?.(record);
  };

  it('is a tree, in the order of the starts, with the sums of the run first', () => {
    const run = operation({ kind: 'invoke_agent', name: 'shop' }, 0, { rollUp });
    assert.equal(operationOf(run.context), run);
    observer.end?.(callIn(run, 1));
    const tool = operation({ kind: 'execute_tool', name: 'stock' }, 20, { parent: run });
    ends(tool, 25, 'failed');
    observer.end?.(callIn(run, 30));
    assert.deepEqual(lines, []);
    ends(run, 50);
    const [first = '', ...rest] = lines;
    assert.match(
      first,
      /^llmtrace {2}invoke_agent shop .*200 in.*20 out.*\$0\.5000.*50 ms.*ok \(2 model calls, 1 tool call\)$/,
    );
    assert.match(rest[0] ?? '', /^llmtrace {4}openai gpt-4o .*100 in.*10 out.*\$0\.2500/);
    assert.match(rest[1] ?? '', /^llmtrace {4}execute_tool stock .*5 ms.*failed$/);
    assert.match(rest[2] ?? '', /^llmtrace {4}openai gpt-4o /);
    assert.equal(lines.length, 4);
  });

  it('is not there for calls and tools outside of runs, which have a line each', () => {
    observer.end?.(aCall({ outcome: 'completed', endTime: 5 }));
    ends(operation({ kind: 'execute_tool', name: 'alone' }, 0), 5);
    ends(operation({ kind: 'mcp_client', mcp: { method: 'tools/list' } }, 0), 5);
    assert.equal(lines.length, 2);
    assert.match(lines[1] ?? '', /^llmtrace {2}execute_tool alone /);
  });

  it('has 200 lines at most, and the number of further ones', () => {
    const run = operation({ kind: 'invoke_agent' }, 0, { rollUp });
    for (let index = 0; index < 250; index++) observer.end?.(callIn(run, index));
    ends(run, 300);
    assert.equal(lines.length, 202);
    assert.equal(lines.at(-1), 'llmtrace    and 50 more calls and tools');
  });

  it('shows a cost that is not all as at least that much', () => {
    const run = operation({ kind: 'invoke_workflow' }, 0, { rollUp: { ...rollUp, unknownCalls: 1 } });
    ends(run, 1);
    assert.match(lines[0] ?? '', /≥ \$0\.5000/);
  });
});
