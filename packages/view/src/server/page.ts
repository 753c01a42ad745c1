/** Serves the built page and its parts. */
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';

/** The parts of the page by address; every other address is the page itself. */
const PARTS: Record<string, readonly [file: string, type: string]> = {
  '/app.js': ['app.js', 'text/javascript; charset=utf-8'],
  '/app.css': ['app.css', 'text/css; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
};
const PAGE = ['index.html', 'text/html; charset=utf-8'] as const;

/** @param folder the folder into which the build writes the page. */
export function pageServer(folder: URL): (path: string, response: ServerResponse) => void {
  const files = new Map<string, Buffer>();
  return (path, response) => {
    const [file, type] = (Object.hasOwn(PARTS, path) ? PARTS[path] : undefined) ?? PAGE;
    const bytes = files.get(file) ?? readFileSync(new URL(file, folder));
    files.set(file, bytes);
    response.setHeader('Content-Type', type);
    response.end(bytes);
  };
}
