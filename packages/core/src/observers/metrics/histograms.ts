/** The histograms of all metrics, with the bucket boundaries that the GenAI conventions advise. */
import type { Histogram, Meter } from '@opentelemetry/api';
import { deferredFor, type Take } from './deferred.ts';

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
/** The conventions advise none for counts of calls: Fibonacci numbers, since most runs have few calls. */
const COUNTS = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144];

type Make = (meter: Meter, name: string, description: string) => Histogram;

const histogram =
  (unit: string, explicitBucketBoundaries: number[]): Make =>
  (meter, name, description) =>
    meter.createHistogram(name, { description, unit, advice: { explicitBucketBoundaries } });

export const secondsHistogram = histogram('s', SECONDS);

/** What records values of a histogram, and defers them. */
const deferred =
  (make: Make) =>
  (meter: Meter, name: string, description: string): Take =>
    deferredFor(meter).recording(make(meter, name, description));

export const deferredSeconds = deferred(secondsHistogram);
export const deferredTokens = deferred(histogram('{token}', TOKENS));
export const deferredModelCalls = deferred(histogram('{inference_call}', COUNTS));
export const deferredToolCalls = deferred(histogram('{tool_call}', COUNTS));
