/** @module The viewer of llmtrace: a local page that shows LLM calls as they arrive over OTLP. */
export type { DoctorFinding, DoctorReport } from './api-types.ts';
export { openBrowser } from './cli/browser.ts';
export { type Launcher, type ViewSettings, view } from './cli/view.ts';
export { startViewer, type Viewer, type ViewerOptions } from './server/server.ts';
export type { Limits, Store } from './store/store.ts';
