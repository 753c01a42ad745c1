// The same from CommonJS, which may require ES modules where TypeScript says `nodenext`.
import auto = require('@llmtrace/auto/instrumentations');
import openai = require('@llmtrace/instrumentation-openai');

const instrumentations = [...auto.llmtraceInstrumentations(), new openai.OpenAIInstrumentation()];
export = instrumentations;
