/** What a call is **billed** for beside the tokens of its usage, and what may be missing from its cost. */
import type { Call, Usage } from './call.ts';

/** What few calls are billed for, one by one. */
export type FeeUnit =
  | 'groundedPrompt'
  | 'groundedQuery'
  | 'mapsPrompt'
  | 'container'
  | 'searchUnit'
  | 'page'
  | 'annotatedPage'
  | 'audioSecond'
  | 'character'
  | 'image';

/** A fee that is missing from a cost. */
export type MissingFee =
  | 'grounding'
  | 'maps'
  | 'container'
  | 'rerank'
  | 'pages'
  | 'audio'
  | 'characters'
  | 'images';

/** Counts of what is billed one by one. */
export type Fees = { [unit in FeeUnit]?: number };

/** What a call is billed for beside the tokens of its usage, or in their place. */
export interface Billing {
  fees?: Fees | undefined;
  /** Calls within the call, each of a model and with a usage of its own, which is not in the call's. */
  inner?: InnerCall[] | undefined;
  /** The tokens that are billed in the place of the usage's: Cohere's. Null where those of `inner` are all. */
  tokens?: Usage | null | undefined;
  /** Where the model ran, as the answer has it, where the price depends on it. */
  region?: string | undefined;
  /** The provider whose prices hold, where the answer names it: behind a router. */
  provider?: string | undefined;
  /** What the answer shows to be billed, and does not count. */
  uncounted?: Missing[] | undefined;
  /** The capacity is paid for beforehand: the call has no cost of its own. */
  isPrepaid?: boolean | undefined;
}

/** A call of another model, or of the same with another prompt, that the vendor made for this one. */
export interface InnerCall {
  /** Absent where it is the call's own. */
  model?: string | undefined;
  usage: Usage;
  /** What is missing from the cost where the model has no price. */
  what: Missing;
}

/** What is missing from a cost. */
export type Missing =
  | MissingFee
  | 'web_search'
  | 'file_search'
  | 'code_execution'
  | 'tools'
  | 'image_generation'
  | 'inner_model'
  | 'region'
  | 'cache_ttl'
  | 'input_tokens'
  | 'output_tokens'
  | 'usage';

/** Whether a usage counts tokens. */
export const hasTokens = (usage: Usage | undefined): boolean =>
  usage !== undefined && (usage.inputTokens !== undefined || usage.outputTokens !== undefined);

/** Whether a call was billed, as far as is known, by a price that is not. */
export function isUnpriced({ cost, outcome, response: { usage, billing } }: Call): boolean {
  if (cost !== undefined || outcome === 'failed' || billing?.isPrepaid) return false;
  return hasTokens(usage) || billing?.fees !== undefined;
}
