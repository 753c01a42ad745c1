/** The OpenTelemetry metrics of retries and rate limits. It watches only where there are some. */
import type { Attributes, Meter } from '@opentelemetry/api';
import type { Observer, Remaining } from '../../model/call.ts';
import { seriesOf } from './attribute-sets.ts';
import { secondsHistogram } from './histograms.ts';
import type { LabelsOf } from './labels.ts';

export function resilienceObserver(meter: Meter, labelsOf: LabelsOf = () => undefined): Observer {
  const retries = meter.createCounter('llmtrace.client.retries', {
    description: 'Attempts that failed and were repeated.',
    unit: '{retry}',
  });
  const wait = secondsHistogram(
    meter,
    'llmtrace.client.rate_limit.wait',
    'Time that calls waited for a rate limit.',
  );
  const estimated = meter.createCounter('llmtrace.client.estimated_calls', {
    description: 'Calls that a budget counted by what they were expected to cost.',
    unit: '{call}',
  });
  const requests = meter.createGauge?.('llmtrace.client.rate_limit.remaining_requests', {
    description: "What remains of the vendor's own limit of requests, as it said last.",
    unit: '{request}',
  });
  const tokens = meter.createGauge?.('llmtrace.client.rate_limit.remaining_tokens', {
    description: "What remains of the vendor's own limit of tokens, as it said last.",
    unit: '{token}',
  });
  const recordRemaining = (remaining: Remaining, attributes: Attributes): void => {
    if (remaining.requests !== undefined) requests.record(remaining.requests, attributes);
    if (remaining.tokens !== undefined) tokens.record(remaining.tokens, attributes);
  };
  return {
    end(call) {
      const { remaining, rateLimitWait, retries: repeated = [] } = call;
      if (call.isEstimated) estimated.add(1, seriesOf(call, labelsOf(call)).attributes, call.context);
      if (repeated.length === 0 && rateLimitWait === undefined && !remaining) return;
      const { attributes } = seriesOf(call, labelsOf(call));
      for (const { errorType } of repeated) retries.add(1, { ...attributes, 'error.type': errorType });
      if (rateLimitWait !== undefined) wait.record(rateLimitWait / 1000, attributes);
      if (remaining) recordRemaining(remaining, attributes);
    },
  };
}
