/** The help of each command, which fits a screen of 24 lines. */
export const USAGE: Readonly<Record<string, string>> = {
  '': `llmtrace: traces, tokens and cost of the LLM calls of a Node.js application

  llmtrace run app.mjs …          runs an application with llmtrace in it
  llmtrace view                   shows the calls in a local page
  llmtrace view -- node app.mjs   the same, and runs the application
  llmtrace doctor [app.mjs …]     finds the reasons why calls are missing
  llmtrace prices [model]         shows the price of a model, or that it has none
  llmtrace init [--write]         shows the changes that trace this project

  llmtrace <command> --help       the options of a command
  llmtrace --version              the version

Exit codes: that of the application, for a command that runs one; else 0, 1 if the command finds a fault, 2 if the
arguments are wrong.
`,
  run: `llmtrace run app.mjs …          node with llmtrace in it: node --import @llmtrace/auto app.mjs …
llmtrace run npm start          any command: llmtrace is in each node process that it starts

Options of llmtrace and of OpenTelemetry come from the environment: OTEL_EXPORTER_OTLP_ENDPOINT sends to a collector,
LLMTRACE_CONSOLE=true prints each call. All of them are in the README of llmtrace.

Exit code: that of the application, or 128 plus the number of the signal that ended it; 2 if it cannot be started.
`,
  view: `llmtrace view [options] [files] [-- command …]

Shows LLM calls in a local page, as they arrive. It receives OTLP over HTTP from any application. It runs the command,
if there is one, with llmtrace in it, and shows its calls. It also shows files that an earlier --file has written.

  --port <n>           the port of the page and of OTLP; without it 4318, or the next one that is free
  --no-open            does not open the browser
  --file <path>        also writes all telemetry to a file of OTLP in JSON
  --forward            also sends all telemetry to OTEL_EXPORTER_OTLP_ENDPOINT
  --max-spans <n>      keeps at most so many spans (100000); beyond that it drops the oldest trace
  --max-memory <mb>    keeps at most so many MB of spans (256)
  --allow-origin <o>   lets pages of this origin send to /v1; may be repeated
  --token              requires a token, for a machine with other users
  --host <address>     listens on this address instead of 127.0.0.1; other machines need the token that it prints
  --help               prints this text

Exit codes: that of the command; 1 if no port is free; 2 if the arguments are wrong.
`,
  prices: `llmtrace prices                 shows the date of the price book
llmtrace prices gpt-5-mini      shows the price of the model at each provider that the book has

Exit codes: 0; 1 for a model without a price; 2 if the arguments are wrong.
`,
  init: `llmtrace init                   prints the changes that trace this project: its start script, and settings for
                                Next.js, NestJS or AWS Lambda
llmtrace init --write           writes the start script into package.json

Exit codes: 0; 1 if there is no start script to write; 2 if the arguments are wrong.
`,
};
