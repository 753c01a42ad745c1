/** Operations that spans carry: the contexts of a framework that llmtrace does not patch hold nothing but its spans. */
import assert from 'node:assert/strict';
import { type Context, INVALID_SPAN_CONTEXT, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { operationFrom } from '../../../src/engine/operations/open-operation.ts';
import { type AgentOperation, carry, OPERATION, operationOf } from '../../../src/model/agent-operation.ts';

const runIn = (around: Context): AgentOperation => operationFrom({ kind: 'invoke_agent', around }, 0);
const withRun = (around: Context, run: AgentOperation): Context => around.setValue(OPERATION, run);

function withCarrier(around: Context, run: AgentOperation): Context {
  const span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
  carry(span, run);
  return trace.setSpan(around, span);
}

describe('the operation of a context', () => {
  it('is the one that the active span carries', () => {
    const run = runIn(ROOT_CONTEXT);
    assert.equal(operationOf(withCarrier(ROOT_CONTEXT, run)), run);
  });

  it('is the inner one, whether the span or the context has it', () => {
    const outer = runIn(ROOT_CONTEXT);
    const around = withRun(ROOT_CONTEXT, outer);
    const carried = runIn(around);
    const beneath = withCarrier(around, carried);
    assert.equal(carried.parent, outer);
    assert.equal(operationOf(beneath), carried);

    const innermost = runIn(beneath);
    assert.equal(innermost.parent, carried);
    assert.equal(operationOf(withRun(beneath, innermost)), innermost);
  });

  it('is the outer one once the inner one has ended', () => {
    const outer = runIn(ROOT_CONTEXT);
    const inner = runIn(withRun(ROOT_CONTEXT, outer));
    inner.endTime = 1;
    assert.equal(operationOf(withCarrier(withRun(ROOT_CONTEXT, outer), inner)), outer);
  });
});
