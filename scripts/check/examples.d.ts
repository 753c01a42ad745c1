// Packages that the documentation's examples use and this repository does not install.
declare module '@azure/functions';
declare module '@vercel/otel';
declare module 'chai';
declare module 'vitest';

// The globals of jest.
declare const afterAll: (run: () => unknown) => void;
declare const beforeAll: (run: () => unknown) => void;
// biome-ignore lint/suspicious/noExplicitAny: the matchers of a runner that is not installed
declare const expect: any;

declare namespace JSX {
  interface IntrinsicElements {
    [name: string]: unknown;
  }
}
