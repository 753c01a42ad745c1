// Sets options when llmtrace has read them, as dotenv does that an application imports.
process.env.LLMTRACE_CONSOLE = 'true';
await import('./chat.mjs');
