/** What whoever configured llmtrace must know even where nobody listens to `diag`: that something will be missing. */
const said = new Set<string>();

/** Says it once, as a warning of the process. */
export function warn(message: string): void {
  if (said.has(message)) return;
  said.add(message);
  process.emitWarning(message, 'llmtrace');
}
