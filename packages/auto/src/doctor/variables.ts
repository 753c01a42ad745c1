/** Which variables are set and have no effect in the way in which llmtrace runs here. */
import { type Finding, facts, isVariable, nearest } from '@llmtrace/core/internal';
import { lateFinding, lateVariables, listed } from '../process/late-variables.ts';
import type { AutoSettings } from '../settings.ts';
import type { StartedBy } from './observe.ts';
import { EXPORTER_VARIABLES, OF_SDK, READ, VALUES } from './otel-variables.ts';

type Environment = AutoSettings['env'];

export interface Situation {
  readonly settings: AutoSettings;
  readonly ways: ReadonlySet<StartedBy>;
  readonly envAtStart: Environment;
  /** The provider that takes the spans, where it is not llmtrace's. */
  readonly provider: string | undefined;
}

/** Variables of llmtrace that are misspelt were warned of when it started. */
export function withoutEffect(situation: Situation): Finding[] {
  const { settings, ways, provider } = situation;
  const isAuto = ways.has('auto');
  return [
    ...lonely(situation),
    ...(isAuto ? late(situation) : []),
    ...(isAuto || ways.has('list') ? [] : unread(settings.env)),
    ...(isAuto && provider !== undefined ? ofAnother(settings.env, provider) : []),
    ...(isAuto && provider === undefined && !settings.sdkDisabled ? ofSdk(settings.env) : []),
  ];
}

const finding = (message: string, cure: string): Finding => ({
  code: 'no-effect',
  message,
  cure,
  lost: false,
});

const namesIn = (env: Environment, pattern: RegExp): string[] =>
  Object.keys(env).filter((name) => pattern.test(name) && env[name]?.trim());

interface Need {
  readonly of: RegExp;
  readonly isMet: (env: Environment) => boolean;
  readonly cure: string;
  /** Whether options in code or in a file may ask for it, too; then nothing is known of it here. */
  readonly inCode?: boolean;
}

const isOn = (value: string | undefined): boolean => /^(?:true|1|on|yes)$/i.test(value?.trim() ?? '');
const isAny = (env: Environment, pattern: RegExp): boolean => namesIn(env, pattern).length > 0;
const LIMIT = /^LLMTRACE_RATE_LIMIT(?:_(?:REQUESTS|TOKENS)_PER_MINUTE|_CONCURRENCY|_FOLLOW_VENDOR|_ADAPT)?$/;
const AMOUNT = /^LLMTRACE_BUDGET_(?:USD|TOKENS)$/;
const CAPTURE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';
const isCaptured = (value: string | undefined): boolean =>
  !/^(?:no_content|false)?$/i.test(value?.trim() ?? '');
const isLogged = (env: Environment): boolean => /^(?:json|pretty)$/i.test(env['LLMTRACE_LOG']?.trim() ?? '');

/** The other variable that a variable needs. */
const NEEDS: readonly Need[] = [
  {
    of: /^LLMTRACE_RETRY_/,
    isMet: (env) => isOn(env['LLMTRACE_RETRY']),
    cure: 'Set LLMTRACE_RETRY=true',
  },
  {
    of: /^LLMTRACE_RATE_LIMIT_(?:BURST|KEY|MODE|MAX_WAIT|MAX_QUEUE)$/,
    isMet: (env) => isAny(env, LIMIT),
    cure: 'Set a limit: LLMTRACE_RATE_LIMIT, _REQUESTS_PER_MINUTE, _TOKENS_PER_MINUTE or _CONCURRENCY',
  },
  {
    of: /^LLMTRACE_BUDGET_(?:WINDOW|KEY|MODE)$/,
    isMet: (env) => isAny(env, AMOUNT),
    cure: 'Set LLMTRACE_BUDGET_USD or LLMTRACE_BUDGET_TOKENS',
  },
  {
    of: /^LLMTRACE_REDIS_(?!URL$)/,
    isMet: (env) => isAny(env, /^LLMTRACE_REDIS_URL$/),
    cure: 'Set LLMTRACE_REDIS_URL',
  },
  {
    of: /^LLMTRACE_REDIS_URL$/,
    isMet: (env) => isAny(env, LIMIT) || isAny(env, AMOUNT),
    cure: 'Set a limit or a budget that Redis is to keep',
    inCode: true,
  },
  {
    of: /^LLMTRACE_HASH_SALT$/,
    isMet: (env) => isAny(env, /^LLMTRACE_HASH_ATTRIBUTES$/),
    cure: 'Set LLMTRACE_HASH_ATTRIBUTES to the attributes to hash',
    inCode: true,
  },
  {
    of: /^LLMTRACE_METRIC_ATTRIBUTE_VALUES$/,
    isMet: (env) => isAny(env, /^LLMTRACE_METRIC_ATTRIBUTES$/),
    cure: 'Set LLMTRACE_METRIC_ATTRIBUTES to the attributes of metrics',
    inCode: true,
  },
  {
    of: /^LLMTRACE_PROMETHEUS_HOST$/,
    isMet: (env) => isAny(env, /^LLMTRACE_PROMETHEUS_PORT$/),
    cure: 'Set LLMTRACE_PROMETHEUS_PORT',
  },
  {
    of: /^LLMTRACE_TOKEN_MODALITY$/,
    isMet: (env) =>
      env['LLMTRACE_SEMCONV']?.trim().toLowerCase() === 'latest' ||
      (env['OTEL_SEMCONV_STABILITY_OPT_IN'] ?? '').includes('gen_ai_latest_experimental'),
    cure: 'Set LLMTRACE_SEMCONV=latest',
    inCode: true,
  },
  {
    of: /^LLMTRACE_LOG_(?:HIDE|SANITIZE)_CONTENT$/,
    isMet: isLogged,
    cure: 'Set LLMTRACE_LOG to json or pretty',
    inCode: true,
  },
  {
    of: /^LLMTRACE_(?:CONTENT_.*|CAPTURE_BLOBS)$/,
    isMet: (env) => isCaptured(env[CAPTURE]) || isLogged(env),
    cure: `Set ${CAPTURE}, which is NO_CONTENT by default`,
    inCode: true,
  },
];

function lonely({ settings: { env, configFile }, ways }: Situation): Finding[] {
  const hasCode = configFile !== undefined || !ways.has('auto');
  return NEEDS.flatMap(({ of, isMet, cure, inCode = false }) => {
    const names = namesIn(env, of).filter(isVariable);
    if (names.length === 0 || isMet(env) || (inCode && hasCode)) return [];
    return [finding(`${listed(names)} ${have(names)} no effect alone`, cure)];
  });
}

/** Of one variable. */
const MAX_VALUES = 10;

const have = (names: readonly string[]): string => (names.length === 1 ? 'has' : 'have');

/** Set by the application itself (dotenv, say) when llmtrace had read them. */
function late({ settings: { env }, envAtStart }: Situation): Finding[] {
  const names = lateVariables(env, envAtStart);
  const found = lateFinding(names);
  // The first call has noted it; there may have been none.
  const isNoted = facts().findings.some(({ message }) => message === found.message);
  return names.length === 0 || isNoted ? [] : [found];
}

/** Variables that only `@llmtrace/auto` and `llmtraceInstrumentations()` read. */
function unread(env: Environment): Finding[] {
  const names = namesIn(env, /^LLMTRACE_(?:INSTRUMENTATIONS|CONSOLE|CONFIG|PROMETHEUS_.*)$/).filter(
    isVariable,
  );
  if (names.length === 0) return [];
  return [
    finding(
      `${listed(names)} ${have(names)} no effect on instrumentations that are made one by one`,
      'Use `llmtraceInstrumentations()` of `@llmtrace/auto/instrumentations`, or give the options in code',
    ),
  ];
}

/** Variables for the SDK that llmtrace would have started. */
/**
 * The finding `elsewhere` covers the variables of the destination, since metrics and log events may still go there.
 */
function ofAnother(env: Environment, provider: string): Finding[] {
  const names = OF_SDK.filter((name) => env[name]?.trim() && !EXPORTER_VARIABLES.includes(name));
  if (names.length === 0) return [];
  return [
    finding(
      `${listed(names)} ${have(names)} no effect on llmtrace: spans go to ${provider}, which may read ${names.length === 1 ? 'it' : 'them'} or not`,
      'Look at the set-up of that provider; without it, llmtrace exports by these variables',
    ),
  ];
}

/** Names of the standard that OpenTelemetry for Node.js does not read: they are not misspelt. */
const STANDARD = /^OTEL_(?:EVENT|LINK)_/;

/** Variables that the SDK started by llmtrace does not read, and values that it does not know. */
function ofSdk(env: Environment): Finding[] {
  const unknown = namesIn(env, /^OTEL_/).filter((name) => !READ.includes(name));
  const meant = unknown.flatMap((name) => {
    const near = STANDARD.test(name) ? undefined : nearest(name, READ, 2);
    return near === undefined || near in env ? [] : [[name.slice(0, 80), near] as const];
  });
  const others = unknown.filter((name) => !meant.some(([known]) => known === name));
  return [
    ...meant.map(([name, near]) => finding(`${name} has no effect`, `Set ${near} in its place`)),
    ...(others.length === 0 ? [] : [notRead(others)]),
    ...Object.keys(VALUES).flatMap((name) => wrongValue(name, env[name])),
    ...wrongShare(env),
  ];
}

const notRead = (names: readonly string[]): Finding =>
  finding(
    `${listed(names.map((name) => name.slice(0, 80)))} ${have(names)} no effect on the OpenTelemetry SDK that llmtrace starts`,
    'Remove what is not for other programs, or register an OpenTelemetry SDK that reads it',
  );

function wrongValue(name: string, text = ''): Finding[] {
  const allowed = VALUES[name] ?? [];
  const isList = name !== 'OTEL_TRACES_SAMPLER' && name !== 'OTEL_LOG_LEVEL';
  const values = (isList ? text.split(',') : [text]).map((value) => value.trim()).filter(Boolean);
  const asRead = (value: string): string => (name === 'OTEL_LOG_LEVEL' ? value.toLowerCase() : value);
  return values
    .filter((value) => !allowed.includes(asRead(value)))
    .slice(0, MAX_VALUES)
    .map((value) => ({
      code: 'setting' as const,
      message: `${name}=${value.slice(0, 50)} is not one of ${allowed.join(', ')}; it is ignored`,
      cure: `Set ${name} to ${nearest(value, allowed) ?? allowed[0]}`,
      lost: false,
    }));
}

function wrongShare({
  OTEL_TRACES_SAMPLER: sampler = '',
  OTEL_TRACES_SAMPLER_ARG: share,
}: Environment): Finding[] {
  if (!/traceidratio$/.test(sampler)) return [];
  const value = Number(share?.trim() || Number.NaN);
  if (value >= 0 && value <= 1) return [];
  return [
    {
      code: 'setting',
      message: `OTEL_TRACES_SAMPLER_ARG=${share?.slice(0, 50) ?? ''} is not a number from 0 to 1; all spans are kept`,
      cure: 'Set OTEL_TRACES_SAMPLER_ARG to the share that is to be kept, such as 0.1',
      lost: false,
    },
  ];
}
