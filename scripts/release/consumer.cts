// The project of consumer.ts, in short, from CommonJS.
import auto = require('@llmtrace/auto/instrumentations');
import manual = require('@llmtrace/auto/manual');
import core = require('@llmtrace/core');
import openai = require('@llmtrace/instrumentation-openai');

const instrumentations = [...auto.llmtraceInstrumentations(), new openai.OpenAIInstrumentation()];
const isRateLimit: (error: unknown) => boolean = core.isRateLimit;
export = { instrumentations, isRateLimit, instrumentClient: manual.instrumentClient };
