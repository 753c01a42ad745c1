export default { retry: { maxRetries: 1 }, interceptors: [(_call, next) => next()] };
