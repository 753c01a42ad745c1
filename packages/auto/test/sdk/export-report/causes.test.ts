import assert from 'node:assert/strict';
import { causeOf } from '../../../src/sdk/export-report/causes.ts';

const failure = (status?: number, code?: string, message = '') => ({ status, code, message });

describe('the cause of a failed export', () => {
  for (const [what, of, code, why] of [
    ['401', failure(401), 'export-unauthorized', /credentials.*\(401\)/],
    ['403', failure(403), 'export-unauthorized', /credentials.*\(403\)/],
    ['404', failure(404), 'export-path', /at this path \(404\)/],
    ['405', failure(405), 'export-path', /at this path \(405\)/],
    ['a redirect', failure(301), 'export-path', /redirects.*\(301\)/],
    ['413', failure(413), 'export-size', /larger.*\(413\)/],
    ['429', failure(429), 'export-busy', /no more for now \(429\)/],
    ['502', failure(502), 'export-busy', /no more for now \(502\)/],
    ['503', failure(503), 'export-busy', /no more for now \(503\)/],
    ['504', failure(504), 'export-busy', /no more for now \(504\)/],
    ['400', failure(400), 'export-failed', /refuses the export \(400\)/],
    ['500', failure(500), 'export-failed', /refuses the export \(500\)/],
    ['no name', failure(undefined, 'ENOTFOUND'), 'exporter-unreachable', /no address \(ENOTFOUND\)/],
    ['no DNS', failure(undefined, 'EAI_AGAIN'), 'exporter-unreachable', /no address/],
    ['no server', failure(undefined, 'ECONNREFUSED'), 'exporter-unreachable', /no server listens there/],
    ['a reset', failure(undefined, 'ECONNRESET'), 'exporter-unreachable', /connection is closed/],
    ['no answer', failure(undefined, 'ETIMEDOUT'), 'exporter-unreachable', /no answer in time/],
    ['too many open files', failure(undefined, 'EMFILE'), 'export-failed', /open files.*\(EMFILE\)/],
    ['the name of a header', failure(undefined, 'ERR_INVALID_HTTP_TOKEN'), 'export-failed', /a header/],
    ['the value of a header', failure(undefined, 'ERR_INVALID_CHAR'), 'export-failed', /a header/],
    ['a self-signed certificate', failure(undefined, 'DEPTH_ZERO_SELF_SIGNED_CERT'), 'export-tls', /secure/],
    ['an expired certificate', failure(undefined, 'CERT_HAS_EXPIRED'), 'export-tls', /secure/],
    ['another name', failure(undefined, 'ERR_TLS_CERT_ALTNAME_INVALID'), 'export-tls', /secure/],
    ['no TLS', failure(undefined, 'ERR_SSL_WRONG_VERSION_NUMBER'), 'export-tls', /secure/],
    ['no TLS, by older names', failure(undefined, 'EPROTO'), 'export-tls', /secure/],
    ['a key that is no PEM', failure(undefined, 'ERR_OSSL_PEM_NO_START_LINE'), 'export-tls', /secure/],
    ['another scheme', failure(undefined, 'ERR_INVALID_PROTOCOL'), 'export-endpoint', /no URL of HTTP/],
    ['gRPC: unauthenticated', failure(undefined, 'grpc-16'), 'export-unauthorized', /credentials/],
    ['gRPC: unimplemented', failure(undefined, 'grpc-12'), 'export-path', /path/],
    ['gRPC: exhausted', failure(undefined, 'grpc-8'), 'export-busy', /no more/],
    ['gRPC: unavailable', failure(undefined, 'grpc-14'), 'exporter-unreachable', /no server/],
    [
      'too many exports at once',
      failure(undefined, undefined, 'Concurrent export limit reached'),
      'export-busy',
      /too many exports/,
    ],
    ['anything else', failure(undefined, undefined, 'a secret'), 'export-failed', /^the export failed$/],
  ] as const) {
    it(`is known for ${what}`, () => {
      const cause = causeOf(of, 'logs');
      assert.equal(cause.code, code);
      assert.match(cause.why, why);
      assert.doesNotMatch(cause.why + cause.cure, /secret/);
      assert.ok(cause.cure.length > 20);
    });
  }

  it('names the variable with the path of the signal', () => {
    assert.match(causeOf(failure(404), 'logs').cure, /before \/v1\/logs.*OTEL_EXPORTER_OTLP_LOGS_ENDPOINT/);
  });
});
