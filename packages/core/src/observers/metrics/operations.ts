/** The OpenTelemetry metrics of operations. They do not depend on sampling. */
import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import type { AgentOperation, OperationKind } from '../../model/agent-operation.ts';
import type { Observer } from '../../model/call.ts';
import { operationErrorType } from '../operation-attributes.ts';

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const COUNTS = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144];

/** Names come from developers; some frameworks make one for each request. Beyond so many, all further ones are one. */
const MAX_NAMES = 100;
const OTHER = '_other';

type Record = (operation: AgentOperation, seconds: number) => void;

/** The histograms are made as the first operation of their kind ends: most processes have no agent. */
export function operationMetricsObserver(meter: Meter): Observer {
  const recorders = new Map<string, Record>();
  const agents = boundedNames();
  const tools = boundedNames();

  const recorderOf = (kind: OperationKind): Record => {
    const family = kind === 'invoke_workflow' ? 'invoke_agent' : kind;
    const known = recorders.get(family) ?? make(family);
    recorders.set(family, known);
    return known;
  };

  const make = (family: OperationKind): Record => {
    if (family === 'mcp_client' || family === 'mcp_server') return mcpRecorder(meter, family, tools);
    return family === 'execute_tool' ? toolRecorder(meter, tools, agents) : agentRecorder(meter, agents);
  };

  return {
    operationEnd(operation) {
      const seconds = ((operation.endTime ?? operation.activeTime) - operation.startTime) / 1000;
      recorderOf(operation.subject.kind)(operation, seconds);
    },
  };
}

type Bounded = (name: string | undefined) => string | undefined;

function boundedNames(): Bounded {
  const names = new Set<string>();
  return (name) => {
    if (name === undefined || names.has(name)) return name;
    if (names.size >= MAX_NAMES) return OTHER;
    names.add(name);
    return name;
  };
}

const seconds = (meter: Meter, name: string, description: string): Histogram =>
  meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: SECONDS } });

const counts = (meter: Meter, name: string, unit: string, description: string): Histogram =>
  meter.createHistogram(name, { description, unit, advice: { explicitBucketBoundaries: COUNTS } });

const defined = (attributes: { readonly [name: string]: string | undefined }): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

function agentRecorder(meter: Meter, agents: Bounded): Record {
  const name = 'gen_ai.invoke_agent';
  const duration = seconds(meter, `${name}.duration`, 'Duration of the run of an agent or a workflow.');
  const modelCalls = counts(
    meter,
    `${name}.inference_calls`,
    '{inference_call}',
    'Model calls of a run, without those of agents within it.',
  );
  const toolCalls = counts(
    meter,
    `${name}.tool_calls`,
    '{tool_call}',
    'Tools that a run executed, without those of agents within it.',
  );
  return (operation, length) => {
    const { subject, rollUp, context } = operation;
    const agent = { 'gen_ai.agent.name': agents(subject.name) };
    const attributes = defined({
      'gen_ai.operation.name': subject.kind,
      ...agent,
      'gen_ai.request.model': subject.model,
      'error.type': operationErrorType(operation),
    });
    duration.record(length, attributes, context);
    // A workflow has no calls that are not those of an agent, or counted twice.
    if (subject.kind !== 'invoke_agent' || !rollUp) return;
    modelCalls.record(rollUp.ownModelCalls, defined(agent), context);
    toolCalls.record(rollUp.ownToolCalls, defined(agent), context);
  };
}

function toolRecorder(meter: Meter, tools: Bounded, agents: Bounded): Record {
  const duration = seconds(meter, 'gen_ai.execute_tool.duration', 'Duration of the execution of a tool.');
  return (operation, length) => {
    const { name, toolType, agentName } = operation.subject;
    const attributes = defined({
      'gen_ai.tool.name': tools(name),
      'gen_ai.tool.type': toolType,
      'gen_ai.agent.name': agents(agentName),
      'error.type': operationErrorType(operation),
    });
    duration.record(length, attributes, operation.context);
  };
}

/** Neither the URI of a resource nor the ids of sessions and requests: each would be a series. */
function mcpRecorder(meter: Meter, kind: 'mcp_client' | 'mcp_server', tools: Bounded): Record {
  const side = kind === 'mcp_client' ? 'client' : 'server';
  const duration = seconds(
    meter,
    `mcp.${side}.operation.duration`,
    `Duration of a request of MCP, as the ${side} sees it.`,
  );
  return (operation, length) => {
    const { name, mcp } = operation.subject;
    const attributes: Attributes = defined({
      'mcp.method.name': mcp?.method,
      'gen_ai.tool.name': tools(name),
      'gen_ai.prompt.name': tools(mcp?.promptName),
      'gen_ai.operation.name': mcp?.method === 'tools/call' ? 'execute_tool' : undefined,
      'mcp.protocol.version': mcp?.protocolVersion,
      'network.transport': mcp?.transport,
      'network.protocol.name': mcp?.protocolName,
      'server.address': kind === 'mcp_client' ? mcp?.server?.address : undefined,
      'error.type': operationErrorType(operation),
    });
    if (kind === 'mcp_client' && mcp?.server) attributes['server.port'] = mcp.server.port;
    duration.record(length, attributes, operation.context);
  };
}
