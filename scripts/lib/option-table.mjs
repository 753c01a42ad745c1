// Writes README.md's table of variables from the option tables of core and auto.
const BEGIN = '<!-- variables: written by scripts/docs/options.mjs -->\n';
const END = '<!-- end of variables -->\n';

const HEAD = '| variable | value | default | what |\n| --- | --- | --- | --- |';

/** Variables that llmtrace reads, and that are no options of llmtrace. */
const OTHERS = [
  {
    variable: 'AWS_LAMBDA_FUNCTION_NAME`, `K_SERVICE`, `FUNCTIONS_WORKER_RUNTIME`, `VERCEL',
    expected: '',
    byDefault: 'none',
    description: 'set by [hosts that freeze or kill](docs/serverless.md): calls are exported as they end',
  },
  {
    variable: 'OTEL_*',
    expected: '',
    byDefault: 'none',
    description:
      'the [standard variables](https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/) of the SDK and its exporters; `OTEL_SDK_DISABLED=true` starts none',
  },
];

/** The text with the table of variables as the tables of `core` and of `auto` have them. */
export function withVariables(text, core, auto) {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error('Expected README.md to have the comments around its table.');
  // The order of the rows: `LLMTRACE_ENABLED`, the settings of auto, the other options of an instrumentation.
  const options = [...core.slice(0, 1), ...auto, ...core.slice(1), ...OTHERS];
  const rows = options.filter(({ variable }) => variable !== undefined).map(rowOf);
  return `${before}${BEGIN}\n${HEAD}\n${rows.join('\n')}\n\n${END}${after}`;
}

const rowOf = ({ variable, expected, byDefault, description }) =>
  `| \`${variable}\` | ${valuesOf(expected)} | ${defaultOf(byDefault)} | ${description} |`;

/** The column "value": choices as code, other descriptions without their article. */
function valuesOf(expected) {
  const [, choices] = /^one of (.*)$/.exec(expected) ?? [];
  if (choices) return choices.split(', ').map(code).join(', ');
  if (expected === 'true or false') return '`true`, `false`';
  const short = expected
    .replace(/^a number of milliseconds .*/, 'ms')
    .replace(/(?: and up)? to 1000000000000000/, '');
  return short.replace(/^(?:an?|the) /, '').replace('name=value', '`name=value`');
}

const code = (text) => `\`${text}\``;
/** The column "default": a value as code, words as text. */
const defaultOf = (text) =>
  text === 'none' ? '–' : /[ ,]/.test(text) && !text.startsWith('{') ? text : code(text);
