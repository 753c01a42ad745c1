import assert from 'node:assert/strict';
import { facts } from '@llmtrace/core/internal';
import { diag } from '@opentelemetry/api';
import { useFakeTimers } from 'sinon';
import { endpointFinding, sendingExporters } from '../../../src/process/otlp-endpoint.ts';
import { ExportReports } from '../../../src/sdk/export-report/findings.ts';
import { Drops, Ledger } from '../../../src/sdk/export-report/ledger.ts';
import { type ExportReport, reporting, reportUnderWay } from '../../../src/sdk/export-report/report.ts';
import { autoSettings } from '../../../src/settings.ts';

const FAILED: Extract<ExportReport, { kind: 'failed' }> = {
  ...{ kind: 'failed', signal: 'traces', url: 'http://user:pass@host:1/v1/traces?key=1', lost: 3 },
  failure: { status: 503, code: undefined, message: '' },
};

/** What `work` adds to the findings of this process. */
function findingsOf(work: () => void): string[] {
  const { findings } = facts();
  const before = findings.length;
  const warned = process.emitWarning;
  process.emitWarning = () => {};
  try {
    work();
  } finally {
    process.emitWarning = warned;
  }
  const added = findings.splice(before);
  return added.map(({ code, message, lost }) => `${lost ? '✗' : '!'} ${code}: ${message}`);
}

describe('the findings of exports', () => {
  it('is a finding, once a signal and cause, and once that it is over', () => {
    const { notify } = new ExportReports(1, {}, new Drops());
    const arrived = { kind: 'exported', signal: 'traces', url: FAILED.url } as const;
    const found = findingsOf(() => {
      for (let round = 0; round < 3; round++) {
        notify(FAILED);
        notify(FAILED);
        notify(arrived);
      }
      notify({ ...FAILED, signal: 'logs' });
      notify({ ...FAILED, failure: { status: 401, code: undefined, message: '' } });
    });
    assert.deepEqual(found, [
      '✗ export-busy: traces do not arrive at http://host:1/v1/traces: it takes no more for now (503)',
      '! export-recovered: traces arrive again at http://host:1/v1/traces; 6 spans lost',
      '✗ export-busy: logs do not arrive at http://host:1/v1/traces: it takes no more for now (503)',
      '✗ export-unauthorized: traces do not arrive at http://host:1/v1/traces: it refuses the credentials, or there are none (401)',
    ]);
  });

  it('names the endpoint of the environment if none was reached, without its secrets', () => {
    const { notify } = new ExportReports(
      1,
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://user:pass@host/otlp?token=1' },
      new Drops(),
    );
    const failure = { status: undefined, code: 'ENOTFOUND', message: 'pass' };
    const [found] = findingsOf(() => notify({ ...FAILED, url: undefined, failure }));
    assert.match(found ?? '', /at https:\/\/host\/otlp: its name has no address \(ENOTFOUND\)$/);
  });

  it('reports the rejection of a receiver, in one line', () => {
    const { notify } = new ExportReports(1, {}, new Drops());
    const rejected = { kind: 'rejected', signal: 'traces', url: 'http://host:1/v1/traces' } as const;
    const found = findingsOf(() => {
      notify({ ...rejected, count: 1, message: 'too\n\u001b[31m old.' });
      notify({ ...rejected, count: 7, message: 'again' });
      notify({ ...rejected, count: 0, message: 'use v2' });
    });
    assert.deepEqual(found, [
      '✗ export-rejected: http://host:1/v1/traces rejected 1 span of an export, for this reason: too \ufffd[31m old',
      '! export-rejected: http://host:1/v1/traces accepted traces with a warning: use v2',
    ]);
  });

  for (const [what, before] of [
    ['within what is shown', ''],
    ['across its end', 'x '.repeat(145)],
  ] as const) {
    it(`has no secret of a receiver's message (${what})`, () => {
      const { notify } = new ExportReports(1, {}, new Drops());
      const message = `${before}bad authorization: Bearer sk-ant-api03-${'abcDEF123456'.repeat(8)}`;
      const [found = ''] = findingsOf(() =>
        notify({ kind: 'rejected', signal: 'traces', url: 'http://host:1/v1/traces', count: 1, message }),
      );
      assert.match(found, /for this reason: /);
      assert.doesNotMatch(found, /sk-ant|abcDEF/);
    });
  }

  it('counts the losses of failed and rejected exports, except metrics: the next export has them', () => {
    const drops = new Drops();
    const { notify } = new ExportReports(1, {}, drops);
    findingsOf(() => {
      for (let round = 0; round < 2; round++) notify(FAILED);
      notify({ ...FAILED, signal: 'metrics', lost: 1 });
      notify({ kind: 'rejected', signal: 'logs', url: undefined, count: 4, message: '' });
    });
    assert.deepEqual([drops.of('traces'), drops.of('metrics'), drops.of('logs')], [6, 0, 4]);
  });

  it('shows a receiver’s words to diag in one line, without secrets and controls', () => {
    const { notify } = new ExportReports(1, {}, new Drops());
    const lines: unknown[][] = [];
    const listen = (...line: unknown[]): void => void lines.push(line);
    const silent = (): void => {};
    diag.setLogger(
      { error: listen, warn: silent, info: silent, debug: silent, verbose: silent },
      { suppressOverrideMessage: true },
    );
    try {
      const message = `Forbidden\u001b[31m sk-proj-abcdefgh12345678 ${'x'.repeat(1000)}`;
      findingsOf(() => notify({ ...FAILED, failure: { status: 403, code: undefined, message } }));
    } finally {
      diag.disable();
    }
    const [[text, failure]] = lines as [[string, { message: string }]];
    assert.equal(text, 'llmtrace: traces do not arrive at http://host:1/v1/traces');
    assert.match(failure.message, /^Forbidden�\[31m \[key\] x+…$/);
    assert.ok(failure.message.length <= 300);
  });

  it('reports dropped telemetry, and the losses of a thread that ended', () => {
    const reports = new ExportReports(4096, {}, new Drops());
    const ledger = new Ledger();
    ledger.add('traces', 10, 2);
    ledger.add('logs', 10, 1);
    const found = findingsOf(() => {
      for (let i = 0; i < 3; i++) {
        reports.notify({ kind: 'dropped', signal: 'traces', limit: undefined });
        reports.notify({ kind: 'dropped', signal: 'logs', limit: 2048 });
        reports.died('ERR_WORKER_OUT_OF_MEMORY', ledger, 1000);
      }
    });
    assert.deepEqual(found, [
      '✗ export-dropped: traces are dropped: 4096 bytes of telemetry wait for their export already, and no more may',
      '✗ export-dropped: logs are dropped: 2048 log events wait for their export already, and no more may',
      '✗ export-thread: the export thread ended (ERR_WORKER_OUT_OF_MEMORY); 2 spans, 1 log event lost; it is started again in 1 s',
      '✗ export-thread: the export thread ended, 2 times by now (ERR_WORKER_OUT_OF_MEMORY); 2 spans, 1 log event lost; it is started again in 1 s',
    ]);
  });

  for (const [value, now] of [
    ['collector:4318', /=collector:4318 is not a URL that starts with http:.*; nothing is exported there/],
    ['grpc://collector:4317', /=grpc:\/\/collector:4317 is not a URL .*; nothing is exported there/],
    [
      '127.0.0.1:4318',
      /=127\.0\.0\.1:4318 is not a URL .*; the exporter sends to http:\/\/localhost:4318 instead/,
    ],
    ['user:pass@host', /=host is not a URL .*; nothing is exported there/],
  ] as const) {
    it(`finds that ${value} is no URL of HTTP`, () => {
      const found = endpointFinding('OTEL_EXPORTER_OTLP_ENDPOINT', value);
      assert.match(found?.message ?? '', now);
    });
  }

  it('sends nothing to a URL of another scheme, but by gRPC, which needs none', () => {
    const sentTo = (endpoint: string, protocol = 'http/json'): string[] => {
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
      const settings = autoSettings({ ...env, OTEL_TRACES_EXPORTER: 'otlp,console' });
      return sendingExporters(settings, 'traces').map(({ name }) => name);
    };
    assert.deepEqual(sentTo('collector:4318'), ['console']);
    assert.deepEqual(sentTo('collector:4317', 'grpc'), ['otlp', 'console']);
    for (const url of ['http://collector:4318', '127.0.0.1:4318'])
      assert.deepEqual(sentTo(url), ['otlp', 'console']);
  });

  it('finds nothing about a URL of HTTP', () => {
    for (const url of ['http://localhost:4318', 'https://host/otlp'])
      assert.equal(endpointFinding('OTEL_EXPORTER_OTLP_ENDPOINT', url), undefined);
  });
});

describe('an exporter that reports', () => {
  let clock: ReturnType<typeof useFakeTimers>;
  let received: ExportReport[];
  let settled: string[][];
  let done: ((code: number, error?: Error) => void)[];

  const make = () => {
    const exporter = {
      export: (_items: string[], callback: (result: { code: number; error?: Error }) => void) =>
        void done.push((code, error) => callback({ code, ...(error && { error }) })),
    };
    return reporting<string[], typeof exporter>(exporter, {
      signal: 'traces',
      notify: (report) => void received.push(report),
      settle: (items) => void settled.push(items),
      countOf: (items) => items.length,
    });
  };

  beforeEach(() => {
    clock = useFakeTimers();
    [received, settled, done] = [[], [], []];
  });
  afterEach(() => clock.restore());

  it('reports the first successful export, and no further one until one failed', () => {
    const exporter = make();
    for (const code of [0, 0, 1, 0]) {
      exporter.export(['a', 'b'], () => {});
      done.pop()?.(code, code === 1 ? Object.assign(new Error('no'), { code: 401 }) : undefined);
    }
    const kinds = received.map((report) =>
      report.kind === 'failed' ? [report.failure.status, report.lost] : report.kind,
    );
    assert.deepEqual(kinds, ['exported', [401, 2], 'exported']);
    assert.equal(settled.length, 4);
  });

  it('settles an export once, even if the exporter reports it several times', () => {
    make().export(['a'], () => {});
    done[0]?.(0);
    done[0]?.(1);
    assert.deepEqual([settled.length, received.length], [1, 1]);
  });

  it('reports an exporter that throws', () => {
    const exporter = make();
    const thrown = {
      export: () => {
        throw Object.assign(new Error('no'), { code: 'ERR_INVALID_PROTOCOL' });
      },
    };
    let result: { code: number } | undefined;
    reporting(thrown as unknown as typeof exporter, {
      ...{ signal: 'logs', notify: (report) => void received.push(report), settle() {}, countOf: () => 1 },
    }).export([], (ended) => {
      result = ended;
    });
    assert.equal(result?.code, 1);
    assert.equal(received[0]?.kind, 'failed');
  });

  it('reports no open export, unless the process does not wait for its end', () => {
    make().export(['a'], () => {});
    reportUnderWay('failed');
    assert.deepEqual(received, []);
    reportUnderWay('all');
    reportUnderWay('all');
    assert.equal(received.length, 1);
    done[0]?.(0);
  });
});
