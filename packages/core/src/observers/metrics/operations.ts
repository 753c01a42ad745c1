/** The OpenTelemetry metrics of operations. They do not depend on sampling. */
import type { Attributes, Meter } from '@opentelemetry/api';
import type { AgentOperation, OperationKind } from '../../model/agent-operation.ts';
import type { Observer } from '../../model/call.ts';
import { memo } from '../../platform/memo.ts';
import { defined } from '../defined.ts';
import { operationErrorType } from '../operation-attributes.ts';
import { recentSets } from './attribute-sets.ts';
import { deferredModelCalls, deferredSeconds, deferredToolCalls, secondsHistogram } from './histograms.ts';

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

const runAttributes = (kind?: string, agent?: string, model?: string, errorType?: string): Attributes =>
  defined({
    'gen_ai.operation.name': kind,
    'gen_ai.agent.name': agent,
    'gen_ai.request.model': model,
    'error.type': errorType,
  });

const agentAttributes = (agent: string | undefined): Attributes => defined({ 'gen_ai.agent.name': agent });

function agentRecorder(meter: Meter, agents: Bounded): Record {
  const { duration, modelCalls, toolCalls } = agentInstruments(meter);
  const runs = recentSets(runAttributes);
  const names = recentSets(agentAttributes);
  return (operation, length) => {
    const { subject, rollUp, context } = operation;
    const agent = agents(subject.name);
    duration(length, runs(subject.kind, agent, subject.model, operationErrorType(operation)), context);
    // The calls of a workflow are counted with its agents.
    if (subject.kind !== 'invoke_agent' || !rollUp) return;
    const attributes = names(agent);
    modelCalls(rollUp.ownModelCalls, attributes, context);
    toolCalls(rollUp.ownToolCalls, attributes, context);
  };
}

function agentInstruments(meter: Meter) {
  const name = 'gen_ai.invoke_agent';
  return {
    duration: deferredSeconds(meter, `${name}.duration`, 'Duration of the run of an agent or a workflow.'),
    modelCalls: deferredModelCalls(
      meter,
      `${name}.inference_calls`,
      'Model calls of a run, without those of agents within it.',
    ),
    toolCalls: deferredToolCalls(
      meter,
      `${name}.tool_calls`,
      'Tools that a run executed, without those of agents within it.',
    ),
  };
}

const toolAttributes = (tool?: string, type?: string, agent?: string, errorType?: string): Attributes =>
  defined({
    'gen_ai.tool.name': tool,
    'gen_ai.tool.type': type,
    'gen_ai.agent.name': agent,
    'error.type': errorType,
  });

function toolRecorder(meter: Meter, tools: Bounded, agents: Bounded): Record {
  const duration = deferredSeconds(
    meter,
    'gen_ai.execute_tool.duration',
    'Duration of the execution of a tool.',
  );
  const sets = recentSets(toolAttributes);
  return (operation, length) => {
    const { name, toolType, agentName } = operation.subject;
    const attributes = sets(tools(name), toolType, agents(agentName), operationErrorType(operation));
    duration(length, attributes, operation.context);
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
