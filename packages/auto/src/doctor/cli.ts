#!/usr/bin/env node
/** `npx llmtrace-doctor`: reports whether the calls of an application are traced, and if not, why. */
import { diagnose } from './diagnose.ts';

function failedWith(error: unknown): number {
  process.stderr.write(`llmtrace-doctor: ${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
}

diagnose(process.argv.slice(2))
  .catch(failedWith)
  .then((code) => {
    process.exitCode = code;
  });
