/** The folder of the built page. The path is the same from the sources and from `dist/index.js`. */
export const PAGE_FOLDER = new URL('../dist/page/', import.meta.url);
