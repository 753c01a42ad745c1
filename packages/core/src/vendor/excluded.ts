/** Hosts that the application has excluded: `llm.example.com`, `localhost:8080`, `*.example.com`. */

const BELOW = '*.';

/** @param patterns of `httpExclude`. */
export const isExcluded = (url: URL, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => fits(url, pattern.trim().toLowerCase()));

const fits = ({ host, hostname }: URL, pattern: string): boolean =>
  pattern.startsWith(BELOW) ? hostname.endsWith(pattern.slice(1)) : pattern === host || pattern === hostname;
