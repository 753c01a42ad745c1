/** The page with the table of providers as it is now. */
export function withTable(page: string): string;
