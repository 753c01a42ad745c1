/** The version of OpenTelemetry's API that a file finds. Its package exports its manifest in no version. */
import module from 'node:module';
import { versionOf } from '@llmtrace/core/internal';

const API = '@opentelemetry/api';

export function apiVersionFrom(from: string | URL | undefined): string | undefined {
  if (from === undefined) return undefined;
  try {
    return versionOf(module.createRequire(from).resolve(API), API);
  } catch {
    return undefined;
  }
}
