/** What both of Google's SDKs read out of requests, answers and chunks. */
import assert from 'node:assert/strict';
import {
  chunk,
  failure,
  model,
  request,
  response,
  tokens,
  usage,
} from '../../src/gemini/generate-content.ts';
import type { LlmResponse } from '../../src/model/call.ts';

/** What is defined of a record. */
const defined = (record: object | undefined) => JSON.parse(JSON.stringify(record ?? null));

function fold(...chunks: object[]): LlmResponse {
  const soFar: LlmResponse = {};
  for (const part of chunks) chunk(soFar, part);
  return defined(soFar);
}

describe("Gemini's names of models", () => {
  it('lose the collection that the API puts them in, and no other', () => {
    assert.equal(model('models/gemini-2.5-flash'), 'gemini-2.5-flash');
    assert.equal(model('gemini-2.5-flash'), 'gemini-2.5-flash');
    assert.equal(model('tunedModels/mine'), 'tunedModels/mine');
    assert.equal(model('publishers/google/models/gemini-2.5-pro'), 'publishers/google/models/gemini-2.5-pro');
    assert.equal(model(undefined), undefined);
    assert.equal(model(''), undefined);
  });
});

const config = (params: object) => request(params, {});

describe("Gemini's generation config", () => {
  it('has these parameters', () => {
    const params = {
      maxOutputTokens: 64,
      temperature: 0,
      topP: 0.5,
      topK: 40,
      frequencyPenalty: 0.25,
      presencePenalty: -0.25,
      seed: 7,
      stopSequences: ['END'],
      candidateCount: 2,
      responseMimeType: 'application/json',
      thinkingConfig: { thinkingLevel: 'HIGH', thinkingBudget: 128 },
    };
    assert.deepEqual(defined(config(params)), {
      maxTokens: 64,
      temperature: 0,
      topP: 0.5,
      topK: 40,
      frequencyPenalty: 0.25,
      presencePenalty: -0.25,
      seed: 7,
      stopSequences: ['END'],
      choiceCount: 2,
      outputType: 'json',
      reasoningLevel: 'HIGH',
    });
  });

  it('stands beside what else is asked', () => {
    const beside = { model: 'gemini-2.5-flash', stream: true, serviceTier: 'flex', messageCount: 2 };
    assert.deepEqual(defined(request({ topK: 40 }, beside)), { ...beside, topK: 40 });
  });

  it('may be empty, or nonsense', () => {
    assert.deepEqual(defined(config({})), {});
    assert.deepEqual(defined(config({ temperature: 'hot', stopSequences: null, thinkingConfig: 5 })), {});
  });

  it('says what kind of output is wanted', () => {
    const typeOf = (params: object) => config(params).outputType;
    assert.equal(typeOf({ responseModalities: ['TEXT', 'IMAGE'] }), 'image');
    assert.equal(typeOf({ responseModalities: ['audio'] }), 'speech');
    assert.equal(typeOf({ responseModalities: ['TEXT'], responseMimeType: 'text/plain' }), 'text');
    assert.equal(typeOf({ responseMimeType: 'text/x.enum' }), undefined);
  });
});

describe("Gemini's usage", () => {
  it('counts tools as input, and thoughts as output and as reasoning', () => {
    const metadata = {
      promptTokenCount: 100,
      toolUsePromptTokenCount: 20,
      cachedContentTokenCount: 60,
      candidatesTokenCount: 30,
      thoughtsTokenCount: 50,
      totalTokenCount: 200,
    };
    assert.deepEqual(defined(usage(metadata)), {
      inputTokens: 120,
      outputTokens: 80,
      cacheReadTokens: 60,
      reasoningTokens: 50,
    });
  });

  it('does not count thoughts twice where the total shows that the candidates include them', () => {
    const metadata = {
      promptTokenCount: 10,
      toolUsePromptTokenCount: 5,
      candidatesTokenCount: 80,
      thoughtsTokenCount: 50,
      totalTokenCount: 95,
    };
    assert.equal(usage(metadata)?.outputTokens, 80);
    assert.equal(usage(metadata)?.reasoningTokens, 50);
    assert.equal(usage({ ...metadata, totalTokenCount: 145 })?.outputTokens, 130);
    assert.equal(usage({ ...metadata, totalTokenCount: undefined })?.outputTokens, 130);
  });

  it('leaves out what is not reported', () => {
    assert.equal(usage(undefined), undefined);
    assert.deepEqual(defined(usage({})), {});
    assert.deepEqual(defined(usage({ promptTokenCount: 9, totalTokenCount: 9 })), { inputTokens: 9 });
    assert.deepEqual(defined(usage({ thoughtsTokenCount: 4 })), { outputTokens: 4, reasoningTokens: 4 });
  });

  it('counts each modality, with those of tools among those of the input', () => {
    const metadata = {
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 5 },
        { modality: 'IMAGE', tokenCount: 258 },
        { modality: 'VIDEO', tokenCount: 7 },
        { modality: 'DOCUMENT', tokenCount: 3 },
      ],
      toolUsePromptTokensDetails: [{ modality: 'TEXT', tokenCount: 6 }],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 8 }],
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1290 }, { modality: 'AUDIO' }],
    };
    assert.deepEqual(defined(usage(metadata)), {
      inputTextTokens: 11,
      inputImageTokens: 258,
      inputVideoTokens: 7,
      cacheReadAudioTokens: 8,
      outputImageTokens: 1290,
    });
  });

  it('of embeddings has a name of its own for the modalities', () => {
    const metadata = { promptTokenCount: 4, promptTokenDetails: [{ modality: 'TEXT', tokenCount: 4 }] };
    assert.deepEqual(defined(usage(metadata)), { inputTokens: 4, inputTextTokens: 4 });
  });

  it('may come under other names', () => {
    const lists = { prompt: [{ modality: 'text', tokens: 2 }] };
    assert.deepEqual(defined(tokens({ prompt: 2, tools: 0, candidates: 3 }, lists)), {
      inputTokens: 2,
      outputTokens: 3,
      inputTextTokens: 2,
    });
  });
});

describe("Gemini's answers", () => {
  const whole = {
    responseId: 'r1',
    modelVersion: 'gemini-2.5-flash',
    candidates: [
      { index: 1, finishReason: 'MAX_TOKENS' },
      { index: 0, finishReason: 'STOP' },
    ],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, serviceTier: 'flex' },
  };

  it('have an id, a model, a tier, and one finish reason a candidate', () => {
    assert.deepEqual(defined(response(whole)), {
      id: 'r1',
      model: 'gemini-2.5-flash',
      finishReasons: ['stop', 'length'],
      usage: { inputTokens: 3, outputTokens: 2 },
      serviceTier: 'flex',
    });
  });

  it('may be empty', () => {
    assert.deepEqual(defined(response({})), {});
    assert.deepEqual(defined(response({ candidates: [{}], usageMetadata: null })), {});
  });

  it('end for reasons that have a word in the conventions, or keep their own', () => {
    const reasonOf = (finishReason: unknown) => response({ candidates: [{ finishReason }] }).finishReasons;
    for (const blocked of [
      'SAFETY',
      'RECITATION',
      'BLOCKLIST',
      'PROHIBITED_CONTENT',
      'SPII',
      'IMAGE_SAFETY',
    ]) {
      assert.deepEqual(reasonOf(blocked), ['content_filter'], blocked);
    }
    assert.deepEqual(reasonOf('MALFORMED_FUNCTION_CALL'), ['error']);
    assert.deepEqual(reasonOf('MALFORMED_RESPONSE'), ['error']);
    for (const reason of ['UNEXPECTED_TOOL_CALL', 'MODEL_ARMOR', 'IMAGE_RECITATION'])
      assert.deepEqual(reasonOf(reason), [reason]);
    assert.deepEqual(reasonOf(1), ['1']);
  });

  it('end for a reason each, wherever their index says that they are', () => {
    const ended = (index: unknown, finishReason = 'STOP') => ({ index, finishReason });
    const far = response({ candidates: [ended(1e9), ended(-1, 'SAFETY'), ended('x', 'MAX_TOKENS')] });
    assert.deepEqual(far.finishReasons, ['stop', 'content_filter', 'length']);
    const soFar = {};
    chunk(soFar, { candidates: Array.from({ length: 10_000 }, () => ended(4_294_967_295)) });
    assert.equal((soFar as { finishReasons: string[] }).finishReasons.length, 4096);
  });

  it('to a blocked prompt end because of that', () => {
    const blocked = { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 3 } };
    assert.deepEqual(defined(response(blocked)), {
      finishReasons: ['content_filter'],
      usage: { inputTokens: 3 },
    });
    assert.deepEqual(defined(response({ promptFeedback: { safetyRatings: [] } })), {});
    const candidates = [{ finishReason: 'STOP' }];
    const feedback = { promptFeedback: { blockReason: 'OTHER' } };
    assert.deepEqual(response({ ...feedback, candidates }).finishReasons, ['stop']);
  });

  it('have the tier that served them, by the headers where the body has none', () => {
    const sdkHttpResponse = { headers: { 'x-gemini-service-tier': 'standard' } };
    assert.equal(response({ sdkHttpResponse }).serviceTier, 'standard');
    assert.equal(response({ sdkHttpResponse, usageMetadata: { serviceTier: 'flex' } }).serviceTier, 'flex');
  });

  it('of Vertex AI say in other words how they were served', () => {
    const tierOf = (trafficType: string) => response({ usageMetadata: { trafficType } }).serviceTier;
    assert.equal(tierOf('ON_DEMAND_FLEX'), 'flex');
    assert.equal(tierOf('ON_DEMAND_PRIORITY'), 'priority');
    assert.equal(tierOf('ON_DEMAND'), undefined);
  });
});

describe("Gemini's streams", () => {
  it('hold by their last usage, and not by what counts nothing', () => {
    const about = { responseId: 'r1', modelVersion: 'm' };
    const folded = fold(
      { ...about, usageMetadata: { trafficType: 'ON_DEMAND' } },
      { ...about, usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 1 } },
      {
        ...about,
        candidates: [{ finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 6 },
      },
      { usageMetadata: { trafficType: 'ON_DEMAND' } },
    );
    assert.deepEqual(folded, {
      id: 'r1',
      model: 'm',
      finishReasons: ['stop'],
      usage: { inputTokens: 9, outputTokens: 6 },
    });
  });

  it('end each candidate where it says so', () => {
    const folded = fold(
      { candidates: [{ index: 0 }, { index: 1, finishReason: 'SAFETY' }] },
      { candidates: [{ index: 0, finishReason: 'STOP' }] },
    );
    assert.deepEqual(folded.finishReasons, ['stop', 'content_filter']);
  });

  it('fail by an error in place of an answer', () => {
    const error = { code: 503, status: 'UNAVAILABLE', message: 'Overloaded.' };
    const folded = fold({ usageMetadata: { promptTokenCount: 9 } }, { error }, {});
    assert.deepEqual(folded, {
      usage: { inputTokens: 9 },
      failure: { code: 'UNAVAILABLE', message: 'Overloaded.' },
    });
    assert.deepEqual(defined(failure({ code: 500 }) as object), { code: '500' });
    assert.deepEqual(defined(failure({}) as object), { code: 'error' });
    assert.equal(failure(undefined), undefined);
  });

  it('counts nothing with a part that is no count', () => {
    const cases: [metadata: object, input: number | undefined, output: number | undefined][] = [
      [{ promptTokenCount: -10, toolUsePromptTokenCount: 20, candidatesTokenCount: 7 }, undefined, 7],
      [{ promptTokenCount: 5, candidatesTokenCount: 1e308, thoughtsTokenCount: 3 }, 5, undefined],
      [{ promptTokenCount: 5, candidatesTokenCount: 7, thoughtsTokenCount: -3 }, 5, undefined],
    ];
    for (const [metadata, input, output] of cases) {
      const { inputTokens, outputTokens } = usage(metadata) ?? {};
      assert.deepEqual([inputTokens, outputTokens], [input, output]);
    }
  });
});

describe('the items that Gemini bills besides tokens', () => {
  const grounded = (...queries: string[]) => ({
    candidates: [{ groundingMetadata: { webSearchQueries: queries } }],
  });

  it('is grounding, once for each query of a stream', () => {
    const soFar: LlmResponse = {};
    for (const part of [grounded('a'), grounded('a', 'b'), { candidates: [{}] }, grounded()])
      chunk(soFar, part);
    assert.deepEqual(soFar.billing, { fees: { groundedPrompt: 1, groundedQuery: 2 } });
    assert.equal(response(grounded()).billing, undefined);
  });

  it('is grounding by maps', () => {
    const groundingMetadata = { groundingChunks: [{ web: {} }, { maps: { uri: 'x' } }] };
    assert.deepEqual(response({ candidates: [{ groundingMetadata }] }).billing, { fees: { mapsPrompt: 1 } });
  });

  it('is nothing of a throughput that was bought', () => {
    const usageMetadata = {
      promptTokenCount: 1,
      candidatesTokenCount: 1,
      trafficType: 'PROVISIONED_THROUGHPUT',
    };
    assert.deepEqual(response({ usageMetadata }).billing, { isPrepaid: true });
  });
});
