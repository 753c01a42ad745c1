/** Opens an address in the browser of this machine. */
import { spawn } from 'node:child_process';

const BROWSERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'explorer.exe' };

export function openBrowser(url: string): void {
  const child = spawn(BROWSERS[process.platform] ?? 'xdg-open', [url], { stdio: 'ignore', detached: true });
  child.on('error', () => {}).unref();
}
