/** Where the build puts the page: the same place as seen from the sources and from `dist/index.js`. */
export const PAGE_FOLDER = new URL('../dist/page/', import.meta.url);
