// The examples of `@modelcontextprotocol/sdk` that run by themselves, and what is typed into the interactive ones.

/** What is asked within a command, and the answer to it. */
const ANSWERS = [
  [/Submit this information/, 'yes'],
  [/\(y\/n\)/, 'y'],
  [/user ?name/i, 'adalove'],
  [/e-?mail/i, 'ada@example.com'],
  [/password/i, 'correct horse'],
  [/newsletter|notifications/i, 'true'],
  [/role/i, 'developer'],
  [/phone/i, '+15550100'],
  [/name/i, 'Ada'],
  [/./, ''],
];

/** The answer to the prompt in an output; undefined where there is none. Other lines may come after the prompt. */
export function answerTo(output, commands) {
  if (/(?:\n\n|mcp)> /.test(output)) return commands.shift() ?? 'quit';
  const [, prompt] = /([^\n]*(?:\*required\*|\)|\])): /.exec(output) ?? [];
  return prompt && ANSWERS.find(([pattern]) => pattern.test(prompt))[1];
}

/** The URLs that a person is to open, where what waits for that is ready. */
export const urlsIn = (output) => [...output.matchAll(TO_OPEN)].map(([, url]) => url);

const TO_OPEN =
  /open this URL in your browser[^\n]*\n {2}(http:\/\/localhost\S+)\n(?:.|\n)*?(?:callback server started|Waiting for you)/g;

/** How many pages the client waits for. */
export const waitsIn = (output) =>
  output.split('Waiting for you').length - output.split(' completed!').length;

const GREETINGS = ['greet Ada', 'multi-greet Ada'];
const ALL = [
  'list-tools',
  ...GREETINGS,
  'collect-info contact',
  'collect-info-task contact',
  'start-notifications 100 2',
  'run-notifications-tool-with-resumability 100 2',
  'call-tool-task delay {"duration":300}',
  'call-tool none {}',
  'list-prompts',
  'get-prompt greeting-template {"name":"Ada"}',
  'list-resources',
  'read-resource https://example.com/greetings/default',
  'read-resource file:///none',
];

const http = (server, client, { port = 3000, path = '/mcp', commands, args, flags = [] } = {}) => ({
  ...{ server, client, port, commands, flags },
  args: args ?? [`http://localhost:${port}${path}`],
});

export const OVER_HTTP = [
  http('simpleStreamableHttp', 'simpleStreamableHttp', { commands: ALL }),
  http('simpleStreamableHttp', 'parallelToolCallsClient'),
  http('simpleStreamableHttp', 'multipleClientsParallel'),
  http('simpleStreamableHttp', 'streamableHttpWithSseFallbackClient'),
  http('simpleStreamableHttp', 'simpleOAuthClient', {
    flags: ['--oauth'],
    commands: ['list', 'call greet {"name":"Ada"}', 'call none'],
  }),
  http('simpleStatelessStreamableHttp', 'parallelToolCallsClient'),
  http('simpleStatelessStreamableHttp', 'streamableHttpWithSseFallbackClient'),
  http('jsonResponseStreamableHttp', 'simpleStreamableHttp', { commands: ['list-tools', ...GREETINGS] }),
  http('honoWebStandardStreamableHttp', 'simpleStreamableHttp', { commands: ['list-tools', 'greet Ada'] }),
  http('standaloneSseWithGetStreamableHttp', 'simpleStreamableHttp', { commands: ['list-resources'] }),
  http('elicitationFormExample', 'simpleStreamableHttp', {
    commands: ['list-tools', 'call-tool register_user {}', 'call-tool update_shipping_address {}'],
  }),
  http('elicitationUrlExample', 'elicitationUrlExample', { commands: ['list-tools', 'payment-confirm'] }),
  http('simpleSseServer', 'streamableHttpWithSseFallbackClient'),
  http('sseAndStreamableHttpCompatibleServer', 'streamableHttpWithSseFallbackClient'),
  http('sseAndStreamableHttpCompatibleServer', 'streamableHttpWithSseFallbackClient', { path: '/sse' }),
  http('ssePollingExample', 'ssePollingClient', { port: 3001, args: [] }),
  http('simpleTaskInteractive', 'simpleTaskInteractiveClient', { port: 8000, commands: [], args: [] }),
];

/** No client for stdio is among the examples: `stdio-client.mjs` calls these tools. */
export const OVER_STDIO = [
  { server: 'mcpServerOutputSchema', tool: 'get_weather', input: { city: 'Paris', country: 'FR' } },
  { server: 'progressExample', tool: 'count', input: { n: 3 } },
  { server: 'toolWithSampleServer', tool: 'summarize', input: { text: 'A long text.' } },
];
