/** Message content of decisions. */
import assert from 'node:assert/strict';
import { decisionContent } from '../../src/content/decisions.ts';

const defined = (value: unknown) => JSON.parse(JSON.stringify(value));
const prompt = (params?: object | null) => defined(decisionContent.prompt([params], undefined));

describe('the content of a decision', () => {
  it('is the input, and then the questions', () => {
    const questions = {
      isSpam: { type: 'noul', instructions: 'Is it spam?' },
      mood: { type: 'choice', instructions: 'Which?', criteria: { good: '', bad: '' } },
    };
    const input = [
      { type: 'text', text: 'hi' },
      { type: 'image', uri: 'gs://a/b', mime_type: 'image/png' },
    ];
    assert.deepEqual(prompt({ input, questions }).messages, [
      {
        role: 'user',
        parts: [
          { type: 'text', content: 'hi' },
          { type: 'uri', modality: 'image', mime_type: 'image/png', uri: 'gs://a/b' },
          { type: 'text', content: JSON.stringify(questions) },
        ],
      },
    ]);
  });

  it('is nothing where there is nothing', () => {
    for (const params of [{}, undefined, null]) assert.deepEqual(prompt(params).messages, []);
    assert.deepEqual(decisionContent.answer({ prompt_feedback: { block_reason: 'safety' } }), []);
    assert.deepEqual(decisionContent.answer(undefined), []);
  });

  it('is the answers', () => {
    const answers = { isSpam: { type: 'noul', noul: 0.9, confidence: 0.9 } };
    assert.deepEqual(defined(decisionContent.answer({ answers })), [
      { role: 'assistant', parts: [{ type: 'text', content: JSON.stringify(answers) }] },
    ]);
  });
});
