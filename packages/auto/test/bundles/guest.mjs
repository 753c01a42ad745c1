// biome-ignore-all lint/suspicious/noConsole: an application prints
// The entry points that may be in a bundle; what of them needs files of its own finds none there.
import '@llmtrace/auto/hook';
import { llmtraceInstrumentations } from '@llmtrace/auto/instrumentations';
import { instrumentClient } from '@llmtrace/auto/manual';

const names = llmtraceInstrumentations().map(({ instrumentationName }) => instrumentationName);
console.log(JSON.stringify([[...new Set(names)].sort(), typeof instrumentClient]));
