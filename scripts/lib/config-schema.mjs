// Makes the JSON schema of a configuration file from the option tables of core and auto. Options that accept only a
// function are left out, because JSON has no functions.

const number = (more) => ({ type: 'number', ...more });
const integer = (more) => ({ type: 'integer', ...more });
const texts = { type: 'array', items: { type: 'string', minLength: 1, maxLength: 1000 }, maxItems: 10_000 };
const textsByName = {
  type: 'object',
  additionalProperties: { type: 'string', pattern: '\\S', maxLength: 1000 },
  propertyNames: { maxLength: 1000 },
  maxProperties: 10_000,
};
const MAX_NUMBER = 1e15;

/** The schema for each wording of a rule. Another wording throws, so that no option is left out by mistake. */
const BY_WORDS = [
  [/^true or false$/, () => ({ type: 'boolean' })],
  [/^(?:the path of a file|a text)$/, () => ({ type: 'string' })],
  [/^a URL$/, () => ({ type: 'string', format: 'uri' })],
  [/^a time zone/, () => ({ type: 'string' })],
  [/^a list of texts$/, () => texts],
  [/^a list of (\w+(?:, \w+)+)$/, (names) => ({ type: 'array', items: { enum: names.split(', ') } })],
  [/^(?:a list of name=value|an object of texts)$/, () => textsByName],
  [/^a positive integer$/, () => integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })],
  [/^a non-negative integer$/, () => integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })],
  [/^a positive number$/, () => number({ exclusiveMinimum: 0, maximum: MAX_NUMBER })],
  [/^a number, 0 or more$/, () => number({ minimum: 0 })],
  [/^a port from (\d+) to (\d+)$/, (from, to) => integer({ minimum: +from, maximum: +to })],
  [
    /^a number (?:of milliseconds )?from (\d+) to (\d+)$/,
    (from, to) => number({ minimum: +from, maximum: +to }),
  ],
  [
    /^one of (.*), baggage:<name>$/,
    (names) => ({ anyOf: [{ enum: names.split(', ') }, { type: 'string', pattern: '^baggage:.' }] }),
  ],
  [
    /^one of (.*), or a list of them$/,
    (names) => {
      const schema = { enum: names.split(', ') };
      return { anyOf: [schema, { type: 'array', items: schema, minItems: 1 }] };
    },
  ],
  [/^one of (.*)$/, (names) => ({ enum: names.split(', ') })],
];

/** Options whose rule describes the variable, or that have no rule. */
const BY_NAME = {
  exceptionsOnSpans: { type: 'boolean' },
  // A value beyond the maximum has no effect, and is no error.
  exportQueueBytes: number({ exclusiveMinimum: 0 }),
  'content.redact': {
    anyOf: [
      { enum: ['keys', 'emails', 'cards'] },
      { type: 'array', items: { enum: ['keys', 'emails', 'cards'] } },
    ],
  },
  'retry.budget': {
    anyOf: [
      { const: false },
      {
        type: 'object',
        properties: {
          ratio: number({ minimum: 0, maximum: 1 }),
          perSecond: number({ minimum: 0, maximum: MAX_NUMBER }),
        },
        required: ['ratio', 'perSecond'],
        additionalProperties: false,
      },
    ],
  },
};

/** Options of log lines that no variable sets. */
const LOG = {
  level: {
    type: 'string',
    minLength: 1,
    description: 'the level of lines of calls that do not fail (default: info)',
  },
  errorLevel: {
    type: 'string',
    minLength: 1,
    description: 'the level of lines of calls that fail (default: error)',
  },
  logRequest: { type: 'boolean', description: 'a line when a call starts (default: true)' },
  logResponse: { type: 'boolean', description: 'a line when a call ends (default: true)' },
  logErrors: { type: 'boolean', description: 'a line when a call fails (default: true)' },
};

const DESCRIPTIONS = {
  'exporters.traces': 'the exporters of traces',
  'exporters.metrics': 'the exporters of metrics',
  'exporters.logs': 'the exporters of log events',
  'exporters.endpoint': 'the base URL of an OTLP collector',
  'exporters.protocol': 'the protocol of OTLP (default: http/protobuf)',
  'exporters.headers': 'headers of each export; keep a file with a secret out of the repository',
  serviceName: 'the name of the service in all telemetry',
};

/** The simpler values that an option accepts instead of an object. */
const OR = {
  retry: { type: 'boolean' },
  log: { enum: ['json', 'pretty', 'off'] },
  prometheus: { const: false },
  redis: { const: false },
};
const LISTS = ['rateLimit', 'budget'];
const REQUIRED = { prometheus: ['port'], redis: ['url'] };

/** The schema of a configuration file, by the tables of core and of auto. */
export function schemaOf(core, auto) {
  const words = Object.fromEntries(
    core.flatMap((entry) => (entry.variable ? [[entry.variable, entry]] : [])),
  );
  const rows = [
    ...core.filter(
      ({ option, expected }) => option?.match(/^[^.]+(?:\.[^.]+)?$/) && expected !== 'a function',
    ),
    { ...words['LLMTRACE_REDIS_URL'], option: 'redis.url' },
    ...auto.map((entry) => ({ ...words[entry.variable], description: DESCRIPTIONS[entry.option], ...entry })),
  ].map((entry) => ({ ...entry, option: entry.option.replace('redisLimits.', 'redis.') }));
  const features = new Map();
  for (const row of rows.filter(({ option }) => option.includes('.'))) {
    const [feature, name] = row.option.split('.');
    features.set(feature, { ...features.get(feature), [name]: propertyOf(row) });
  }
  features.set('log', { ...features.get('log'), ...LOG });
  const plain = rows.filter(({ option }) => !option.includes('.') && !features.has(option));
  const options = {
    ...Object.fromEntries(plain.map((row) => [row.option, propertyOf(row)])),
    ...Object.fromEntries(
      [...features].map(([feature, properties]) => [feature, featureOf(feature, properties)]),
    ),
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration file of @llmtrace/auto',
    definitions: { options: { type: 'object', properties: options, additionalProperties: false } },
    type: 'object',
    properties: {
      $schema: { type: 'string' },
      profiles: {
        type: 'object',
        description: 'options by NODE_ENV; each replaces the same option of the file',
        additionalProperties: { $ref: '#/definitions/options' },
      },
      ...Object.fromEntries(
        Object.keys(options).map((name) => [name, { $ref: `#/definitions/options/properties/${name}` }]),
      ),
    },
    additionalProperties: false,
  };
}

function featureOf(feature, properties) {
  const required = REQUIRED[feature] ? { required: REQUIRED[feature] } : {};
  const object = { type: 'object', properties, ...required, additionalProperties: false };
  if (OR[feature]) return { anyOf: [OR[feature], object] };
  return LISTS.includes(feature) ? { anyOf: [object, { type: 'array', items: object }] } : object;
}

function propertyOf({ option, variable, expected, byDefault, description }) {
  const schema = BY_NAME[option] ?? byWords(expected);
  if (!schema) throw new Error(`scripts/lib/config-schema.mjs has no schema for \`${option}\`: ${expected}`);
  const by = byDefault === undefined || byDefault === 'none' ? '' : ` (default: ${byDefault})`;
  const also = variable ? ` [${variable}]` : '';
  return { ...schema, description: `${withoutLinks(description ?? option)}${by}${also}` };
}

function byWords(expected) {
  for (const [words, make] of BY_WORDS) {
    const found = words.exec(expected.replace(/, or a function$/, ''));
    if (found) return make(...found.slice(1));
  }
  return /^a URL that begins with redis:/.test(expected)
    ? { type: 'string', pattern: '^rediss?://.' }
    : undefined;
}

const withoutLinks = (text) => text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
