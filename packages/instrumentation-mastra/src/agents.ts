/**
 * Runs of agents. One that is streamed goes on until the application has read it to its end; Mastra itself reads it to the
 * end once the application has begun, also where that leaves its loop.
 */
import {
  fields,
  name,
  type OpenOperation,
  type OperationEnd,
  type OperationStart,
  type PatchedCall,
} from '@llmtrace/core';
import { isCalledByAgent, isDelegated, withAgent } from './current-agent.ts';
import { CANCELLED, causeOf, endOfOutput, endOfStatus } from './ends.ts';
import { withNetwork } from './networks.ts';
import { noteSuspended, takeSuspended } from './suspended-runs.ts';

/** All methods have their options in the second place. */
function open({ operations, self, args: [, options] }: PatchedCall): OpenOperation | undefined {
  if (operations.safely(() => isDelegated(self)) !== false) return undefined;
  return operations.open(() => startOf(self, fields(options)));
}

function startOf(agent: unknown, options: Options): OperationStart {
  return {
    kind: 'invoke_agent',
    name: name(fields(agent).name),
    // Mastra invents threads for agents that it calls for another one.
    conversationId: isCalledByAgent() ? undefined : threadOf(options),
    link: takeSuspended(options.runId),
  };
}

type Options = Readonly<Record<string, any>>;

const threadOf = ({ memory, threadId }: Options): string | undefined => {
  const thread = fields(memory).thread ?? threadId;
  return name(typeof thread === 'string' ? thread : fields(thread).id);
};

/** The method as the run of its agent. */
const started = ({ self, original, args }: PatchedCall): unknown => withAgent(self, () => original(...args));

export function generate(call: PatchedCall): unknown {
  const operation = open(call);
  if (!operation) return call.original(...call.args);
  return call.operations.endWith(operation, () => operation.run(() => started(call)), {
    result: (output) =>
      endOfRun(operation, output, endUnlessAborted(call, endOfOutput(output), fields(output).finishReason)),
    error: (error) => ({ error: causeOf(error) }),
  });
}

/**
 * Version 1.36 does not tell an aborted run from one that is complete, but for the reason why its model has finished. An
 * application that has read the whole answer may abort the run, too, as it tidies up.
 */
const endUnlessAborted = (
  { args: [, options] }: PatchedCall,
  end: OperationEnd,
  reason: unknown,
): OperationEnd =>
  Object.keys(end).length === 0 &&
  fields(options).abortSignal?.aborted === true &&
  (reason === undefined || UNFINISHED.has(reason))
    ? CANCELLED
    : end;

/** Version 1.36 has the first of these where a run is aborted. */
const UNFINISHED: ReadonlySet<unknown> = new Set(['tripwire', 'tool-calls']);

/** The end of a run. A suspended run is noted by its id, which the call that resumes it has. */
function endOfRun(operation: OpenOperation, output: unknown, end: OperationEnd): OperationEnd {
  if (end.outcome === 'interrupted') noteSuspended(fields(output).runId, operation);
  return end;
}

export function stream(call: PatchedCall): unknown {
  const operation = open(call);
  if (!operation) return call.original(...call.args);
  const output = operation.run(() => started(call));
  return answered(call, operation, output, (answer) => observe(call, operation, answer));
}

async function answered(
  { operations }: PatchedCall,
  operation: OpenOperation,
  answer: unknown,
  observe: (answer: object) => void,
): Promise<unknown> {
  try {
    const value = await answer;
    operations.safely(() => observe(value as object));
    return value;
  } catch (error) {
    operation.end({ error: causeOf(error) });
    throw error;
  }
}

/** The output of a stream tells its end, however the application reads it. Without reading, it is garbage-collected. */
function observe(call: PatchedCall, operation: OpenOperation, answer: any): void {
  const { operations } = call;
  // A durable agent's answer has the output among others.
  const output = answer.output?._waitUntilFinished ? answer.output : answer;
  operation.endWithout(output);
  const endOf = (): OperationEnd =>
    endUnlessAborted(call, endOfStatus(output), output._getImmediateFinishReason?.());
  const end = (): void => operation.end(operations.safely(() => endOfRun(operation, output, endOf())) ?? {});
  output._waitUntilFinished?.().then(end, end);
  const { consumeStream } = output;
  if (typeof consumeStream !== 'function') return;
  // The application may begin to read in another context than that of the run.
  Object.defineProperty(output, 'consumeStream', {
    value: (...args: unknown[]) => operation.run(() => consumeStream.apply(output, args)),
    configurable: true,
    writable: true,
    enumerable: false,
  });
}

/** The workflow of a network ends its run: nothing else tells the end of its stream. */
export function network(call: PatchedCall): unknown {
  const operation = open(call);
  if (!operation) return call.original(...call.args);
  const output = operation.run(() => withNetwork(operation, () => started(call)));
  return answered(call, operation, output, (stream) => operation.endWithout(stream));
}
