/**
 * A **unit** is one kind of thing that vendors bill: tokens of one kind, a search, a request.
 * Prices are kept as USD per million of a unit.
 */

import type { FeeUnit, MissingFee } from '../model/billing.ts';

/** One unit, and its names elsewhere. */
export interface Unit {
  /** Its name in {@link Rates}. */
  readonly name: UnitName;
  /** Its name in the generated `prices.ts`. */
  readonly code: string;
  /** Its price key in the data of `@pydantic/genai-prices`. */
  readonly key: string;
  /** How much of `key` a million of it is: the data prices tokens by the million, events by the thousand. */
  readonly scale: number;
  readonly kind: 'token' | 'event';
}

/**
 * Units that are counted in tokens. `input` is what all the others of the input fall back to, and `output`
 * the same for the output: a unit without a price of its own costs what its whole costs.
 */
export type TokenUnit =
  | 'input'
  | 'cacheRead'
  | 'cacheWrite'
  | 'cacheWrite1h'
  | `input${Modality}`
  | `cacheRead${Modality}`
  | 'output'
  | 'reasoning'
  | 'citation'
  | `output${Modality}`;

/** Units that are counted one by one. `request` is billed once a call. */
export type EventUnit = 'webSearch' | 'fileSearch' | 'request' | FeeUnit;

/**
 * What is missing from a cost, by the unit that has no rate. Two units of one fee are two ways to count it: a model's
 * price has a rate for one of them.
 */
export const FEE_OF: Readonly<Record<FeeUnit, MissingFee>> = {
  groundedPrompt: 'grounding',
  groundedQuery: 'grounding',
  mapsPrompt: 'maps',
  container: 'container',
  searchUnit: 'rerank',
  page: 'pages',
  annotatedPage: 'pages',
  audioSecond: 'audio',
  character: 'characters',
  image: 'images',
};

export type Modality = 'Text' | 'Audio' | 'Image' | 'Video';
export type UnitName = TokenUnit | EventUnit;

const tokens = (name: TokenUnit, code: string, key: string): Unit => ({
  name,
  code,
  key,
  scale: 1,
  kind: 'token',
});
const events = (name: EventUnit, code: string, key: string, scale = 1000): Unit => ({
  name,
  code,
  key,
  scale,
  kind: 'event',
});

const SECONDS_PER_HOUR = 3600;

/** All that llmtrace can price. */
export const UNITS: readonly Unit[] = [
  tokens('input', 'i', 'input_mtok'),
  tokens('cacheRead', 'r', 'cache_read_mtok'),
  tokens('cacheWrite', 'w', 'cache_write_mtok'),
  tokens('cacheWrite1h', 'h', 'cache_write_1h_mtok'),
  tokens('inputText', 'it', 'input_text_mtok'),
  tokens('inputAudio', 'ia', 'input_audio_mtok'),
  tokens('inputImage', 'ii', 'input_image_mtok'),
  tokens('inputVideo', 'iv', 'input_video_mtok'),
  tokens('cacheReadText', 'rt', 'cache_text_read_mtok'),
  tokens('cacheReadAudio', 'ra', 'cache_audio_read_mtok'),
  tokens('cacheReadImage', 'ri', 'cache_image_read_mtok'),
  tokens('cacheReadVideo', 'rv', 'cache_video_read_mtok'),
  tokens('output', 'o', 'output_mtok'),
  tokens('reasoning', 'q', 'output_reasoning_mtok'),
  tokens('citation', 'c', 'output_citation_mtok'),
  tokens('outputText', 'ot', 'output_text_mtok'),
  tokens('outputAudio', 'oa', 'output_audio_mtok'),
  tokens('outputImage', 'oi', 'output_image_mtok'),
  tokens('outputVideo', 'ov', 'output_video_mtok'),
  events('webSearch', 's', 'web_searches_kcount'),
  events('fileSearch', 'f', 'storage_searches_kcount'),
  events('request', 'n', 'requests_kcount'),
  events('groundedPrompt', 'gp', 'grounded_prompts_kcount'),
  events('groundedQuery', 'gq', 'grounded_queries_kcount'),
  events('mapsPrompt', 'm', 'maps_prompts_kcount'),
  events('container', 'ct', 'containers_kcount'),
  events('searchUnit', 'su', 'search_units_kcount'),
  events('page', 'p', 'input_document_kpages'),
  events('annotatedPage', 'pa', 'input_annotated_document_kpages'),
  events('audioSecond', 'au', 'audio_hours', 1e6 / SECONDS_PER_HOUR),
  events('character', 'ch', 'input_characters_mcount', 1),
  events('image', 'im', 'images_kcount'),
];
