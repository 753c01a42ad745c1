/** Imported to see whether the hook sees it: at the start. */
export {};
