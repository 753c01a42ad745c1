/** Imported to see whether the hook sees it. */
export const probe = true;
