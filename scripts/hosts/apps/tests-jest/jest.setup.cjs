const { llmtrace } = require('@llmtrace/auto');
const { instrumentModule } = require('@llmtrace/auto/manual');

instrumentModule(require('openai'));
afterAll(() => llmtrace.flush());
