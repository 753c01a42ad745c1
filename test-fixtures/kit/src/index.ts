/** Shared code of llmtrace's tests. The conformance suite is separate, in `./conformance`, because it needs mocha. */
export { cleanEnvironment, type RunOptions, type RunResult, runApp } from './run-app.ts';
export { type Format, hookVendorModules, loadSdk, type Sdk, type SdkName } from './sdks.ts';
export {
  BEHAVIOUR_HEADER,
  type RecordedRequest,
  startVendorServer,
  type VendorServer,
  type VendorServerOptions,
} from './server.ts';
export {
  createTelemetry,
  type DiagRecorder,
  type Instrumented,
  type MetricPoint,
  recordDiag,
  type Telemetry,
} from './telemetry.ts';
