throw new Error('a bug in the configuration');
