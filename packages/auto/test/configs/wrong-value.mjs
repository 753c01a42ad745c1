export default { retry: { maxRetries: -1 } };
