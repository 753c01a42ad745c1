import assert from 'node:assert/strict';
import sinon from 'sinon';
import { printingLogger } from '../../src/process/printing-logger.ts';

describe('the messages of diag on stderr', () => {
  it('has no secret and no control in it, in texts and within values', () => {
    const error = sinon.stub();
    const silent = (): void => {};
    const logger = printingLogger({ error, warn: silent, info: silent, debug: silent, verbose: silent });
    logger.error('failed\u001b[2J: sk-proj-abcdefgh12345678', { data: '\u001b[2J sk-proj-abcdefgh12345678' });
    sinon.assert.calledOnceWithExactly(error, 'failed�[2J: [key]', sinon.match.string);
    const shown = error.firstCall.args[1];
    assert.ok(shown.includes('[key]') && !shown.includes('\u001b') && !shown.includes('abcdefgh'), shown);
  });
});
