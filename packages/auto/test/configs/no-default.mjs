export const retry = true;
