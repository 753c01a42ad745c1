/** The page with an up-to-date table of providers. */
export function withTable(page: string): string;
