/**
 * The causes of failed exports, each with its fix. The receiver writes the texts of errors, so only their codes are
 * shown.
 */
import type { FindingCode } from '@llmtrace/core/internal';
import type { Signal } from './ledger.ts';
import type { Failure } from './report.ts';

export interface Cause {
  readonly code: FindingCode;
  /** The endpoint's failure, with the status or the code of the error. */
  readonly why: string;
  readonly cure: string;
}

type Kind = Omit<Cause, 'cure'> & { readonly cure: string | ((signal: Signal) => string) };

const ADDRESS = 'Set OTEL_EXPORTER_OTLP_ENDPOINT to the address of the collector';

const UNAUTHORIZED: Kind = {
  code: 'export-unauthorized',
  why: 'it refuses the credentials, or there are none',
  cure: 'Set OTEL_EXPORTER_OTLP_HEADERS to what the receiver asks for: authorization=…, or a header of its own',
};
const PATH: Kind = {
  code: 'export-path',
  why: 'it does not take this signal at this path',
  cure: (signal) =>
    `Set OTEL_EXPORTER_OTLP_ENDPOINT to the part before /v1/${signal}, or OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT to all of it; OTEL_${signal.toUpperCase()}_EXPORTER=none where it takes no ${signal}`,
};
const BUSY: Kind = {
  code: 'export-busy',
  why: 'it takes no more for now',
  cure: 'Look whether the receiver is up and how much it takes; what it does not take in time is lost',
};
const SIZE: Kind = {
  code: 'export-size',
  why: 'an export is larger than it takes',
  cure: 'Let the receiver take more, lower OTEL_BSP_MAX_EXPORT_BATCH_SIZE, or capture less content',
};
const REDIRECT: Kind = {
  code: 'export-path',
  why: 'it redirects, which is not followed',
  cure: 'Set OTEL_EXPORTER_OTLP_ENDPOINT to where it redirects to',
};
const REFUSED: Kind = {
  code: 'export-failed',
  why: 'it refuses the export',
  cure: 'Look at the log of the receiver, and whether it speaks OTEL_EXPORTER_OTLP_PROTOCOL',
};
const NO_NAME: Kind = { code: 'exporter-unreachable', why: 'its name has no address', cure: ADDRESS };
const NO_CONNECTION: Kind = {
  code: 'exporter-unreachable',
  why: 'no server listens there, or the connection is closed',
  cure: 'Start the collector, or set OTEL_EXPORTER_OTLP_ENDPOINT to where it is',
};
const NO_ANSWER: Kind = {
  code: 'exporter-unreachable',
  why: 'no answer in time',
  cure: 'Look whether the collector works; OTEL_EXPORTER_OTLP_TIMEOUT says how long it has, in ms',
};
const NO_URL: Kind = { code: 'export-endpoint', why: 'it is no URL of HTTP', cure: ADDRESS };
const TLS: Kind = {
  code: 'export-tls',
  why: 'no secure connection can be made',
  cure: 'Let OTEL_EXPORTER_OTLP_CERTIFICATE name a file with the certificate of its authority, or set the endpoint to http:// where it speaks no TLS',
};
const CONCURRENT: Kind = { ...BUSY, why: 'too many exports to it are under way' };
const FILES: Kind = {
  code: 'export-failed',
  why: 'the process has as many open files and connections as it may',
  cure: 'Let it have more (ulimit -n), or look what it leaves open',
};
const HEADERS: Kind = {
  code: 'export-failed',
  why: 'a header for it has a name or a value that HTTP does not allow',
  cure: 'Write OTEL_EXPORTER_OTLP_HEADERS as name=value,name=value',
};
const UNKNOWN: Kind = {
  code: 'export-failed',
  why: 'the export failed',
  cure: 'Set OTEL_LOG_LEVEL=error, which says why',
};

/** By the codes of Node.js' errors, and of gRPC's statuses. */
const BY_CODE: readonly (readonly [RegExp, Kind])[] = [
  [/^grpc-(?:7|16)$/, UNAUTHORIZED],
  [/^grpc-12$/, PATH],
  [/^grpc-8$/, BUSY],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, NO_NAME],
  [/^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ECONNRESET|EPIPE|grpc-14)$/, NO_CONNECTION],
  [/^(?:ETIMEDOUT|grpc-4)$/, NO_ANSWER],
  [/^E[MN]FILE$/, FILES],
  [/^ERR_INVALID_(?:HTTP_TOKEN|CHAR)$/, HEADERS],
  [/^ERR_INVALID_(?:PROTOCOL|URL)$/, NO_URL],
  [/^(?:CERT_|ERR_TLS|ERR_SSL|ERR_OSSL|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH)/, TLS],
];

const BY_STATUS: Readonly<Record<number, Kind>> = {
  401: UNAUTHORIZED,
  403: UNAUTHORIZED,
  404: PATH,
  405: PATH,
  408: BUSY,
  413: SIZE,
  429: BUSY,
};

export function causeOf({ status, code, message }: Failure, signal: Signal): Cause {
  const { code: finding, why, cure } = status === undefined ? kindOf(code, message) : ofStatus(status);
  const known = status ?? code;
  return {
    code: finding,
    why: known === undefined ? why : `${why} (${known})`,
    cure: typeof cure === 'string' ? cure : cure(signal),
  };
}

function kindOf(code: string | undefined, message: string): Kind {
  if (/^Concurrent export limit/.test(message)) return CONCURRENT;
  return BY_CODE.find(([codes]) => codes.test(code ?? ''))?.[1] ?? UNKNOWN;
}

function ofStatus(status: number): Kind {
  if (status < 400) return REDIRECT;
  return BY_STATUS[status] ?? (status >= 502 && status <= 504 ? BUSY : REFUSED);
}
