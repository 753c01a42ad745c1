/** @module The functions behind the command `llmtrace`: start of applications with llmtrace, the doctor, prices, set-up. */
export { type InitOptions, init } from './command/init.ts';
export { prices } from './command/prices.ts';
export { diagnose as doctor } from './doctor/diagnose.ts';
export type { Report } from './doctor/report.ts';
export { reportsIn, type Started, type StartOptions, started as start } from './doctor/spawn.ts';
