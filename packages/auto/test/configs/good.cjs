module.exports = { retry: { maxRetries: 1 } };
