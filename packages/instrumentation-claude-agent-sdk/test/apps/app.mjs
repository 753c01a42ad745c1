// An application of the Claude Agent SDK, whose CLI is the script beside it.
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attempt, playScenes, sdkLoader, work } from '@llmtrace/test-fixtures/operations-app';
import { trace } from '@opentelemetry/api';

const load = sdkLoader((file) => file);
const sdk = await load(process.env.ENTRY ?? '@anthropic-ai/claude-agent-sdk');
const { z } = createRequire(process.env.SDK)(process.env.ZOD ?? 'zod');
const { query, tool, createSdkMcpServer } = sdk;

process.env.CLI_FOLDER ??= mkdtempSync(join(tmpdir(), 'llmtrace-cli-'));
const pathToClaudeCodeExecutable = fileURLToPath(new URL('cli.mjs', import.meta.url));
const options = (more = {}) => ({ pathToClaudeCodeExecutable, executable: 'node', model: 'sonnet', ...more });

/** Whether the code of a loop has the span of its scene active. */
const isActive = () => trace.getActiveSpan()?.name?.startsWith('scene') ?? true;

const steady = (value) => JSON.stringify(value)?.replaceAll(/session-\d+/g, 'session');

/** The texts of an error, without what differs between processes. */
const errorOf = (error) => [
  error.constructor.name,
  error.name,
  steady(error.message).replaceAll(/\d{3,}/g, 'N'),
];

async function reads(run) {
  const kinds = [];
  const active = [];
  try {
    for await (const message of run) {
      kinds.push(message.subtype ?? message.type);
      active.push(isActive());
    }
  } catch (error) {
    kinds.push(errorOf(error));
  }
  return [kinds, active.every(Boolean)];
}

const ask = (prompt, more) => query({ prompt, options: options(more) });

/** Reads some messages: that with a tool is the third one. */
async function steps(run, count) {
  for (let step = 0; step < count; step++) await run.next();
}

const said = (text) => ({ type: 'user', message: { role: 'user', content: text }, parent_tool_use_id: null });

/** Sends a prompt once the result of the one before has been read. */
async function converse(prompts, more, open = (prompt) => query({ prompt, options: options(more) })) {
  let next;
  async function* input() {
    for (const prompt of prompts) {
      const answered = new Promise((resolve) => {
        next = resolve;
      });
      yield said(prompt);
      await answered;
    }
  }
  const seen = [];
  for await (const message of open(input())) {
    seen.push(message.subtype ?? message.type);
    if (message.type === 'result') next();
  }
  return seen;
}

const city = { city: z.string() };
const text = (value) => ({ content: [{ type: 'text', text: value }] });
const weatherTool = () =>
  tool('weather', 'The weather', city, async ({ city }) => text(await work('look up', `sunny in ${city}`)));
const innerTool = () =>
  tool('inner', 'An agent', city, async () => text(steady(await reads(ask('plain', { agent: 'inner' })))));
const here = (...tools) => ({ mcpServers: { here: createSdkMcpServer({ name: 'here', tools }) } });

const sessionId = async (prompt) => {
  let id;
  for await (const { session_id } of ask(prompt)) id = session_id;
  return id;
};

const scenes = {
  'a run': () => reads(ask('plain')),
  'a run with tools': () => reads(ask('tools', { agent: 'reviewer' })),
  'a tool of the application': () => {
    const weather = weatherTool();
    const handler = weather.handler;
    const servers = here(weather);
    return reads(ask('here', servers)).then((seen) => [
      seen,
      weather.handler === handler,
      Object.keys(weather),
    ]);
  },
  'an agent as a tool': () => reads(ask('nested', here(innerTool()))),
  'a subagent': () => reads(ask('subagent')),
  'two models': () => reads(ask('small')),
  'partial messages': () => reads(ask('plain', { includePartialMessages: true })),
  'several turns': () => converse(['plain', 'tools', 'clear', 'plain']),
  'two queries at once': () => Promise.all([reads(ask('plain')), reads(ask('tools'))]),
  'a run that is left': async () => {
    for await (const { type } of ask('slow')) if (type === 'assistant') return type;
  },
  'a run that is left after its result': async () => {
    for await (const { type } of ask('plain')) if (type === 'result') return type;
  },
  'steps by hand': async () => {
    const run = ask('slow');
    const first = await run.next();
    const iterator = run[Symbol.asyncIterator]();
    return [first.done, iterator === run[Symbol.asyncIterator](), await run.return(), await run.next()];
  },
  'a run that is stopped': async () => {
    const abortController = new AbortController();
    const run = ask('slow', { abortController });
    await steps(run, 3);
    abortController.abort();
    const [seen] = await reads(run);
    return seen.at(-1);
  },
  'a run that is interrupted': () => {
    let run;
    const open = (prompt) => {
      run = query({ prompt, options: options() });
      void (async () => {
        await run.supportedCommands();
        setTimeout(() => void run.interrupt(), 100);
      })();
      return run;
    };
    return converse(['slow'], {}, open);
  },
  'a run that is closed': async () => {
    const run = ask('slow');
    await steps(run, 3);
    run.close();
    // Messages that were sent before may still come.
    const [, isActiveThere] = await reads(run);
    return isActiveThere;
  },
  'a run over the limit': () => reads(ask('limit')),
  'an error of the API': () => reads(ask('api')),
  'a CLI that is killed': () => reads(ask('killed')),
  'a CLI that does not exist': () => reads(ask('plain', { pathToClaudeCodeExecutable: '/nowhere/claude' })),
  'a rejection that is not handled': async () => {
    const run = ask('killed');
    await run.next();
    await run.next();
    void run.next();
    const [error] = await once(process, 'unhandledRejection');
    return errorOf(error);
  },
  'a resumed session': async () => {
    const id = await sessionId('plain');
    return reads(ask('tools', { resume: id }));
  },
  'an unread run': async () => {
    void ask('slow');
    await new Promise((resolve) => setTimeout(resolve, 50));
  },
  ...(sdk.startup && {
    'a CLI that was started before': async () => {
      const ready = await sdk.startup({ options: options() });
      return [Object.keys(ready), await reads(ready.query('plain'))];
    },
  }),
  ...(sdk.unstable_v2_createSession && {
    'a session': async () => {
      const session = sdk.unstable_v2_createSession(options());
      const seen = [];
      for (const prompt of ['plain', 'tools']) {
        await session.send(prompt);
        seen.push(await reads(session.stream()));
      }
      session.close();
      return seen;
    },
  }),
  'a CLI that makes spans': () =>
    reads(
      ask('plain', {
        env: {
          ...process.env,
          CLAUDE_CODE_ENABLE_TELEMETRY: '1',
          CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1',
          OTEL_TRACES_EXPORTER: 'otlp',
        },
      }),
    ),
  'the object of a run': async () => {
    const run = ask('plain');
    const shape = [
      run.constructor.name,
      typeof run.setModel,
      run[Symbol.toStringTag],
      Object.keys(run).length,
    ];
    await run.setModel?.('haiku').catch(() => {});
    return [shape, await reads(run)];
  },
};

const only = process.env.ONLY?.split(',');
await playScenes(
  Object.fromEntries(
    Object.entries(scenes)
      .filter(([name]) => !only || only.includes(name))
      .map(([name, play]) => [name, () => attempt(async () => JSON.parse(steady((await play()) ?? null)))]),
  ),
);
// A CLI whose messages are never read keeps the process alive.
process.exit(0);
