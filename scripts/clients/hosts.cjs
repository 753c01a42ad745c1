// Preloaded: the vendors' host names are a loopback address; all other names resolve as usual.
const dns = require('node:dns');

const ADDRESS = process.env.VENDORS;
const HOSTS =
  /(?:^|\.)(?:openai|anthropic|googleapis|groq|mistral|cohere|deepseek|together|amazonaws|ollama|cerebras|openrouter|huggingface|azure|llama|cloudflare)\.(?:com|ai|xyz|co)$|(?:^|\.)vercel\.sh$/;
const { lookup } = dns;

dns.lookup = (host, options, done) => {
  const callback = typeof options === 'function' ? options : done;
  if (!HOSTS.test(host)) return lookup(host, options, done);
  const answer = options?.all ? [[{ address: ADDRESS, family: 4 }]] : [ADDRESS, 4];
  process.nextTick(() => callback(null, ...answer));
};
