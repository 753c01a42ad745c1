/**
 * The items that a call is **billed** for besides the tokens of its usage, and the reasons why its cost may be
 * incomplete.
 */
import type { Call, Usage } from './call.ts';

/** Items that are billed by count, and that few calls have. */
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

/** Counts of the items that are billed by count. */
export type Fees = { [unit in FeeUnit]?: number };

/** The items that a call is billed for besides the tokens of its usage, or instead of them. */
export interface Billing {
  fees?: Fees | undefined;
  /**
   * Nested calls that the vendor made within this call. Each names its model and its usage, which the usage of this
   * call does not include.
   */
  inner?: InnerCall[] | undefined;
  /** The tokens that are billed in the place of the usage's: Cohere's. Null where those of `inner` are all. */
  tokens?: Usage | null | undefined;
  /** Where the model ran, as the answer has it, where the price depends on it. */
  region?: string | undefined;
  /** The provider whose prices apply, if the answer names it, as routers do. */
  provider?: string | undefined;
  /** Items that the answer shows to be billed without their number. */
  uncounted?: Missing[] | undefined;
  /** The capacity is paid in advance, so this call adds no cost. */
  isPrepaid?: boolean | undefined;
  /**
   * Where the usage is the sum of several requests: the input tokens of one of them, by which a price with context
   * tiers is chosen; null where they are not known.
   */
  contextTokens?: number | null | undefined;
}

/** A call of another model, or of the same with another prompt, that the vendor made for this one. */
export interface InnerCall {
  /** Absent where it is the call's own. */
  model?: string | undefined;
  usage: Usage;
  /** The missing part of the cost, if the model has no price. */
  what: Missing;
  /** The items that it is billed for by count. */
  fees?: Fees | undefined;
  /** Where the model ran; absent where it is the call's own region. */
  region?: string | undefined;
  /** As in {@link Billing}. */
  contextTokens?: number | undefined;
}

/** A missing part of a cost. */
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
  | 'long_context'
  | 'guardrail'
  | 'input_tokens'
  | 'output_tokens'
  | 'usage';

/** Whether a usage counts tokens. */
export const hasTokens = (usage: Usage | undefined): boolean =>
  usage !== undefined && (usage.inputTokens !== undefined || usage.outputTokens !== undefined);

/** False for a call that failed before anything of an answer came: vendors bill no errors. */
export const wasAnswered = ({ outcome, chunks }: Call): boolean => outcome !== 'failed' || chunks > 0;

/** Whether a call was billed, as far as is known, by a price that is not. */
export function isUnpriced({ cost, isFree, outcome, response: { usage, billing } }: Call): boolean {
  if (cost !== undefined || isFree || outcome === 'failed' || billing?.isPrepaid) return false;
  return hasTokens(usage) || billing?.fees !== undefined;
}
