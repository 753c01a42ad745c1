/**
 * `toolRunner`: the SDK's own loop of model calls and tools. It is the run of an agent without a name. The SDK traces it itself
 * since 0.134, unless the application has switched that off.
 */
import {
  name,
  type OpenOperation,
  type OperationStart,
  type Operations,
  type PatchedCall,
} from '@llmtrace/core';

type Tool = any;
type Step = (...args: unknown[]) => Promise<IteratorResult<unknown>>;

/** A runner of the SDK, and its run, once the application has begun to read it. */
interface Loop {
  readonly operations: Operations;
  readonly client: unknown;
  run: OpenOperation | undefined;
  /** The SDK runs a loop once, unless it fails. */
  isRead: boolean;
}

export function traceRunner({ operations, original, self, args }: PatchedCall): unknown {
  const [params, ...rest] = args;
  const loop: Loop = { operations, client: self?._client, run: undefined, isRead: false };
  const runner = original(withTools(params, loop), ...rest);
  operations.safely(() => observe(runner, loop));
  return runner;
}

/** Where the SDK traces tools itself, the application's tools stay as they are. */
function withTools(params: any, loop: Loop): unknown {
  const { operations, client } = loop;
  if (operations.tracesRuns(client) || !Array.isArray(params?.tools)) return params;
  const tools = operations.safely(() => params.tools.map((tool: Tool) => traced(tool, loop)));
  return tools ? { ...params, tools } : params;
}

type Run = (...args: any[]) => unknown;

/**
 * The application's tool with a traced function. All else is read from the application's object, also by methods of its class,
 * which may have private fields.
 */
function traced(tool: Tool, loop: Loop): Tool {
  if (typeof tool?.run !== 'function') return tool;
  const copy = Object.create(Object.getPrototypeOf(tool));
  for (const [key, isOwn] of keysOf(tool))
    Object.defineProperty(copy, key, { ...forwarded(tool, key), enumerable: isOwn, configurable: true });
  const value = within(loop, tool, tool.run);
  return Object.defineProperty(copy, 'run', { value, enumerable: true, configurable: true, writable: true });
}

/** The keys of an object and of its classes, each with whether a copy of the object has it. */
function keysOf(object: object): Map<PropertyKey, boolean> {
  const keys = new Map<PropertyKey, boolean>();
  for (let holder = object; holder && holder !== Object.prototype; holder = Object.getPrototypeOf(holder))
    for (const key of Reflect.ownKeys(holder))
      if (!keys.has(key) && key !== 'constructor')
        keys.set(key, holder === object && Object.prototype.propertyIsEnumerable.call(object, key));
  return keys;
}

function forwarded(tool: Tool, key: PropertyKey): PropertyDescriptor {
  return {
    get() {
      const value = tool[key];
      return typeof value === 'function' ? value.bind(tool) : value;
    },
    set(value) {
      tool[key] = value;
    },
  };
}

/** The SDK hands errors of tools to the model, which goes on. */
function within(loop: Loop, tool: Tool, run: Run): Run {
  const replaced: Run = (...args) => {
    const { operations } = loop;
    return operations.trace(
      () => startOf(loop, tool, args),
      () => run.apply(tool, args),
    );
  };
  return Object.defineProperties(replaced, {
    name: { value: run.name, configurable: true },
    length: { value: run.length, configurable: true },
  });
}

/**
 * A tool gets its input and the call; a member of a toolset gets a context and the call; in early versions a tool gets its input
 * alone. It is beneath the run, even if the application's own code has the runner execute it.
 */
function startOf({ run }: Loop, tool: Tool, [first, second]: any[]): OperationStart {
  const isMember = second?.type === 'tool_use';
  const call = isMember ? second : second?.toolUse;
  const isOpen = run && run.record.endTime === undefined;
  return {
    kind: 'execute_tool',
    name: name(call?.name) ?? name(tool.name),
    toolType: 'function',
    toolCallId: name(call?.id),
    arguments: isMember ? call?.input : first,
    around: isOpen ? run.record.context : undefined,
  };
}

/** All ways to read a runner (`await`, `runUntilDone()`, a loop of the application) take its iterator. */
function observe(runner: any, loop: Loop): void {
  const iterate = runner[Symbol.asyncIterator] as () => AsyncIterator<unknown>;
  define(runner, Symbol.asyncIterator, function iterateTraced(this: unknown) {
    const iterator = iterate.call(this);
    loop.operations.safely(() => traceWhenRead(iterator, loop));
    return iterator;
  });
}

/** The run starts with the first step: the SDK's loop does, too. A loop of the application looks `next` up once. */
function traceWhenRead(iterator: AsyncIterator<unknown>, loop: Loop): void {
  const next = iterator.next as Step;
  let step: Step | undefined;
  define(iterator, 'next', (...args: unknown[]) => {
    if (!step) {
      define(iterator, 'next', next);
      loop.operations.safely(() => follow(iterator, loop));
      step = iterator.next as Step;
    }
    return step.apply(iterator, args);
  });
}

function follow(iterator: AsyncIterator<unknown>, loop: Loop): void {
  if (loop.isRead) return; // the SDK refuses
  loop.isRead = true;
  const { operations, client } = loop;
  const run = operations.open(() => ({ kind: 'invoke_agent', client }));
  if (!run) return;
  loop.run = run;
  beginWith(iterator, run);
  operations.follow(run, iterator, {
    error() {
      loop.isRead = false; // it can be run again
      return {};
    },
  });
}

/** The SDK starts its own span in the first step. */
function beginWith(iterator: AsyncIterator<unknown>, run: OpenOperation): void {
  const next = iterator.next as Step;
  let hasBegun = false;
  define(iterator, 'next', (...args: unknown[]) => {
    const step = () => next.apply(iterator, args);
    if (hasBegun) return step();
    hasBegun = true;
    return run.begin(step);
  });
}

function define(object: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(object, key, { value, configurable: true, writable: true, enumerable: false });
}
