/** Finds where the spans of this process go, and the causes that keep them from arriving. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Finding, isNoop } from '@llmtrace/core/internal';
import type { TracerProvider } from '@opentelemetry/api';
import { apiVersionFrom } from '../process/api-version.ts';
import { endpointOf, shown } from '../process/otlp-endpoint.ts';
import { here } from '../process/own-files.ts';
import { hasExported } from '../sdk/export-report/findings.ts';
import { delegateOf, nameOf } from '../sdk/other-destination.ts';
import { registered } from '../sdk/provisional-registration.ts';
import type { AutoSettings } from '../settings.ts';
import { unreachable } from './endpoints.ts';

export interface Destination {
  readonly text: string;
  /** The name of a provider that is not llmtrace's, where it takes the spans. */
  readonly provider?: string;
  readonly findings: readonly Finding[];
}

/**
 * @param isOwn whether `@llmtrace/auto` started in this process, so that its variables decide the destination.
 * @param isTrying whether to try endpoints without an export so far.
 */
export function destinationOf(settings: AutoSettings, isOwn: boolean, isTrying: boolean): Destination {
  const provider = applications();
  if (provider !== undefined)
    return {
      text: [`to ${provider}`, ...alsoTo(settings, isOwn)].join(' and '),
      provider,
      findings: [...apiVersions(), ...notSampled(settings)],
    };
  if (settings.sdkDisabled) return nowhere(sdkDisabled);
  if (!isOwn || settings.traceExporters.length === 0)
    return nowhere(...apiVersions(), ...noProvider(settings));
  const names = exportersOf(settings);
  // Those that do not exist are findings by themselves.
  if (names.length === 0) return nowhere();
  const findings = [...apiVersions(), ...notSampled(settings), ...(isTrying ? untried(settings) : [])];
  return { text: `to ${names.join(' and ')}`, findings };
}

/** If exports were made, their outcome is known and is a separate finding. */
const untried = (settings: AutoSettings): readonly Finding[] => (hasExported() ? [] : unreachable(settings));

function exportersOf(settings: AutoSettings): string[] {
  const url = endpointOf(settings, 'traces');
  return settings.traceExporters.flatMap(({ name, protocol }) => {
    if (name === 'otlp') return `${shown(url)} (OTLP, ${protocol})`;
    return name === 'console' ? 'the console' : [];
  });
}

const nowhere = (...findings: readonly Finding[]): Destination => ({
  text: 'nowhere',
  findings: findings.slice(0, 1),
});

/** Where llmtrace sends calls besides: `LLMTRACE_EXPORT=both`. */
const alsoTo = (settings: AutoSettings, isOwn: boolean): string[] =>
  isOwn && settings.exportTo === 'both' && !settings.sdkDisabled ? exportersOf(settings) : [];

/** The provider that the application has registered, by whichever copy of the API. */
function applications(): string | undefined {
  const provider = registered<TracerProvider>('trace');
  const real = provider && delegateOf(provider);
  return real && !isNoop(real) ? nameOf(real) : undefined;
}

function noProvider({ env }: AutoSettings): readonly Finding[] {
  const isNone = env['OTEL_TRACES_EXPORTER'] === 'none';
  const why = isNone ? 'OTEL_TRACES_EXPORTER is none' : 'no exporter is configured';
  const cure = 'Set OTEL_EXPORTER_OTLP_ENDPOINT to your collector, or register an SDK';
  return [
    {
      code: 'no-provider',
      message: `the spans of calls go nowhere: ${why} and no OpenTelemetry SDK is registered`,
      cure: isNone ? 'Remove OTEL_TRACES_EXPORTER, or register an SDK' : cure,
      lost: true,
    },
  ];
}

const sdkDisabled: Finding = {
  code: 'disabled',
  message: 'OTEL_SDK_DISABLED is true; no span is exported',
  cure: 'Remove OTEL_SDK_DISABLED from the environment',
  lost: true,
};

function notSampled({ env }: AutoSettings): Finding[] {
  const { OTEL_TRACES_SAMPLER: sampler = '', OTEL_TRACES_SAMPLER_ARG: share } = env;
  const isNone = /^(?:parentbased_)?always_off$/.test(sampler);
  const isZero =
    /^(?:parentbased_)?traceidratio$/.test(sampler) && Number(share) === 0 && share !== undefined;
  if (!isNone && !isZero) return [];
  const sampling = `OTEL_TRACES_SAMPLER=${sampler}${isZero ? ` with OTEL_TRACES_SAMPLER_ARG=${share}` : ''}`;
  return [
    {
      code: 'not-sampled',
      message: `${sampling} keeps no span`,
      cure: 'Remove it, or set it to parentbased_always_on',
      lost: true,
    },
  ];
}

const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/** A copy of the API sees only registrations by a copy of the same or a newer version. */
function apiVersions(): Finding[] {
  const registered = (Reflect.get(globalThis, REGISTERED) as { version?: string } | undefined)?.version;
  if (registered === undefined) return [];
  const copies: [string, string | undefined][] = [
    ['llmtrace', apiVersionFrom(here)],
    ['the application', apiVersionFrom(pathToFileURL(resolve(process.argv[1] ?? 'index.js')))],
  ];
  const blinded = copies.flatMap(([whose, version]) =>
    version && isNewer(version, registered) ? [blind(whose, version, registered)] : [],
  );
  return blinded.slice(0, 1); // it is one copy, mostly
}

const blind = (whose: string, version: string, registered: string): Finding => ({
  code: 'api-versions',
  message: `the copy of @opentelemetry/api that ${whose} uses (${version}) does not see what is registered in an older one (${registered}): spans are lost, or lose their parents`,
  cure: 'Have one version of @opentelemetry/api: see `npm ls @opentelemetry/api`, then `npm dedupe`',
  lost: true,
});

/** By the minor version: the API refuses nothing else within one major version. */
export function isNewer(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  return a?.[0] === b?.[0] && (a?.[1] ?? 0) > (b?.[1] ?? 0);
}
