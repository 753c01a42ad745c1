/** The help of each command: a screen at most. */
export const USAGE: Readonly<Record<string, string>> = {
  '': `llmtrace: traces, tokens and cost of the LLM calls of a Node.js application

  llmtrace run app.mjs …          runs an application with llmtrace in it
  llmtrace view                   shows the calls in a local page
  llmtrace view -- node app.mjs   the same, and runs the application
  llmtrace doctor [app.mjs …]     says why calls are missing
  llmtrace prices [model]         what a model costs, and whether its price is known
  llmtrace init [--write]         what this project needs to be traced

  llmtrace <command> --help       the options of a command
  llmtrace --version              the version

Exit codes: that of the application where one is run; else 0, 1 where the command found a fault, 2 where the
arguments are wrong.
`,
  run: `llmtrace run app.mjs …          node with llmtrace in it: node --import @llmtrace/auto app.mjs …
llmtrace run npm start          any command: llmtrace is in each process of node that it leads to

Options of llmtrace and of OpenTelemetry come from the environment: OTEL_EXPORTER_OTLP_ENDPOINT sends to a collector,
LLMTRACE_CONSOLE=true prints each call. All of them are in the README of llmtrace.

Exit code: that of the application, 128 and the number of the signal that ended it; 2 where it cannot be started.
`,
  view: `llmtrace view [options] [files] [-- command …]

Shows LLM calls in a local page, as they come. It takes OTLP over HTTP from any application; with a command, that is
run with llmtrace in it, and sends to the page. Files are those of an earlier --file.

  --port <n>           the port of the page and of OTLP; without it 4318, or the next one that is free
  --no-open            does not open the browser
  --file <path>        keeps what comes in a file of OTLP in JSON, too
  --forward            sends everything also to where OTEL_EXPORTER_OTLP_ENDPOINT leads
  --max-spans <n>      keeps so many spans at most (100000); the oldest trace makes room
  --max-memory <mb>    keeps so many MB of them at most (256)
  --allow-origin <o>   lets pages of this origin send to /v1; may be repeated
  --token              asks for a token, for a machine with other users
  --host <address>     listens there instead of 127.0.0.1; other machines need the token that is printed
  --help               writes this text

Exit codes: that of the command; 1 where no port is free; 2 where the arguments are wrong.
`,
  prices: `llmtrace prices                 of when the price book is
llmtrace prices gpt-5-mini      what the model costs at each provider that the book knows

Exit codes: 0; 1 for a model without a price; 2 where the arguments are wrong.
`,
  init: `llmtrace init                   prints what this project needs to be traced: its start script, and what Next.js,
                                NestJS or AWS Lambda need beside it
llmtrace init --write           writes the start script into package.json

Exit codes: 0; 1 where there is no start script to write; 2 where the arguments are wrong.
`,
};
