/** The OpenTelemetry metrics of operations. They do not depend on sampling. */
import type { Attributes, Meter } from '@opentelemetry/api';
import type { AgentOperation, OperationKind } from '../../model/agent-operation.ts';
import type { Observer } from '../../model/call.ts';
import { memo } from '../../platform/memo.ts';
import { defined } from '../defined.ts';
import { operationErrorType } from '../operation-attributes.ts';
import { modelCallsHistogram, secondsHistogram, toolCallsHistogram } from './histograms.ts';

/** The most names of agents, and of tools, on metrics; further ones are `_other`. Some frameworks make a name per request. */
const MAX_NAMES = 100;
const OTHER = '_other';

type Record = (operation: AgentOperation, seconds: number) => void;

/** Makes the histograms of a kind when its first operation ends: most processes have no agent. */
export function operationMetricsObserver(meter: Meter): Observer {
  const agents = boundedNames();
  const tools = boundedNames();
  const recorderOf = memo(new Map<Exclude<OperationKind, 'invoke_workflow'>, Record>(), (kind) => {
    if (kind === 'mcp_client' || kind === 'mcp_server') return mcpRecorder(meter, kind, tools);
    return kind === 'execute_tool' ? toolRecorder(meter, tools, agents) : agentRecorder(meter, agents);
  });

  return {
    operationEnd(operation) {
      const seconds = ((operation.endTime ?? operation.activeTime) - operation.startTime) / 1000;
      const { kind } = operation.subject;
      recorderOf(kind === 'invoke_workflow' ? 'invoke_agent' : kind)(operation, seconds);
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

function agentRecorder(meter: Meter, agents: Bounded): Record {
  const name = 'gen_ai.invoke_agent';
  const duration = secondsHistogram(
    meter,
    `${name}.duration`,
    'Duration of the run of an agent or a workflow.',
  );
  const modelCalls = modelCallsHistogram(
    meter,
    `${name}.inference_calls`,
    'Model calls of a run, without those of agents within it.',
  );
  const toolCalls = toolCallsHistogram(
    meter,
    `${name}.tool_calls`,
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
    // The calls of a workflow are counted with its agents.
    if (subject.kind !== 'invoke_agent' || !rollUp) return;
    modelCalls.record(rollUp.ownModelCalls, defined(agent), context);
    toolCalls.record(rollUp.ownToolCalls, defined(agent), context);
  };
}

function toolRecorder(meter: Meter, tools: Bounded, agents: Bounded): Record {
  const duration = secondsHistogram(
    meter,
    'gen_ai.execute_tool.duration',
    'Duration of the execution of a tool.',
  );
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

/** Without the URI of a resource and the ids of sessions and requests: each value would be a series. */
function mcpRecorder(meter: Meter, kind: 'mcp_client' | 'mcp_server', tools: Bounded): Record {
  const side = kind === 'mcp_client' ? 'client' : 'server';
  const duration = secondsHistogram(
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
