export default {
  // Every SDK that is to be traced.
  serverExternalPackages: ['openai'],
};
