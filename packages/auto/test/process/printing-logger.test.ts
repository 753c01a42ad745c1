import assert from 'node:assert/strict';
import sinon from 'sinon';
import { printingLogger } from '../../src/process/printing-logger.ts';

describe('the messages of diag on stderr', () => {
  it('has no secret and no control in it, in texts and within values', () => {
    const print = sinon.stub();
    const logger = printingLogger(print);
    logger.error('failed\u001b[2J: sk-proj-abcdefgh12345678', { data: '\u001b[2J sk-proj-abcdefgh12345678' });
    sinon.assert.calledOnce(print);
    const shown: string = print.firstCall.args[0];
    assert.ok(shown.startsWith('failed�[2J: [key] {'), shown);
    assert.ok(shown.includes('[key]') && !shown.includes('\u001b') && !shown.includes('abcdefgh'), shown);
  });
});
