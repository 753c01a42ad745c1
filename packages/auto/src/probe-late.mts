/** Imported to see whether the hook sees it: when others have had the time to register hooks of theirs. */
export {};
