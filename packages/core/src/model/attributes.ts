/** The **attributes** of a call: its user, tenant, session and conversation, and the feature and prompt that make it. */

/** Each attribute is a text of at most 256 characters; longer ones are cut. */
export interface LlmAttributes {
  /** The end user: `user.id` on spans. */
  readonly user?: string | undefined;
  /** The end user's session: `session.id`. */
  readonly session?: string | undefined;
  /** The conversation that the call belongs to: `gen_ai.conversation.id`. */
  readonly conversation?: string | undefined;
  /** The customer: `llmtrace.tenant.id`. */
  readonly tenant?: string | undefined;
  /** The feature of the application that makes the call: `llmtrace.feature`. */
  readonly feature?: string | undefined;
  /** The name of the prompt's template: `gen_ai.prompt.name`. */
  readonly promptName?: string | undefined;
  /** Its version: `gen_ai.prompt.version`. */
  readonly promptVersion?: string | undefined;
  /** `llmtrace.tags`. */
  readonly tags?: readonly string[] | undefined;
  /** Attributes with names of your own, which spans have unchanged: `{ 'app.plan': 'pro' }`. */
  readonly extra?: Readonly<Record<string, string>> | undefined;
}

/** An attribute with one text as its value. */
export type NamedAttribute = Exclude<keyof LlmAttributes, 'tags' | 'extra'>;

/** The names of an attribute in telemetry. */
interface Names {
  /** On spans, events and metrics. */
  readonly span: string;
  /** In log lines, and as a label of Prometheus. */
  readonly field: string;
}

/** `prompt.version` is in the newest draft of the conventions; `user` and `session` are in their general part. */
export const ATTRIBUTE_NAMES: { readonly [name in NamedAttribute]: Names } = {
  user: { span: 'user.id', field: 'user_id' },
  session: { span: 'session.id', field: 'session_id' },
  conversation: { span: 'gen_ai.conversation.id', field: 'conversation_id' },
  tenant: { span: 'llmtrace.tenant.id', field: 'tenant_id' },
  feature: { span: 'llmtrace.feature', field: 'feature' },
  promptName: { span: 'gen_ai.prompt.name', field: 'prompt_name' },
  promptVersion: { span: 'gen_ai.prompt.version', field: 'prompt_version' },
};

export const NAMED_ATTRIBUTES = Object.keys(ATTRIBUTE_NAMES) as readonly NamedAttribute[];

/** The attributes of a call that has none. */
export const NO_ATTRIBUTES: LlmAttributes = Object.freeze({});

/**
 * The attributes by all their spellings: `tenant`, `tenant.id`, `tenant_id`, `llmtrace.tenant.id`. Metadata, baggage and
 * options use different ones.
 */
const BY_NAME: ReadonlyMap<string, NamedAttribute> = new Map(
  NAMED_ATTRIBUTES.flatMap((name) => {
    const { span, field } = ATTRIBUTE_NAMES[name];
    const short = span.replace(/^(?:gen_ai|llmtrace)\./, '');
    return [name, span, field, short].map((spelling) => [spelling, name]);
  }),
);

/** The attribute that `name` spells; undefined for a name of the application. */
export const attributeNamed = (name: string): NamedAttribute | undefined => BY_NAME.get(name);

/** The value of an attribute, or of an entry of `extra`, by its name. */
export function attributeValue(attributes: LlmAttributes, name: string): string | undefined {
  const named = BY_NAME.get(name);
  if (named !== undefined) return attributes[named];
  const { extra } = attributes;
  return extra && Object.hasOwn(extra, name) ? extra[name] : undefined;
}

/** The name of an attribute on spans, events and metrics. */
export function spanAttribute(name: string): string {
  const named = BY_NAME.get(name);
  return named === undefined ? name : ATTRIBUTE_NAMES[named].span;
}

/** The name of an attribute in log lines, and as a label of Prometheus. */
export function fieldName(name: string): string {
  const named = BY_NAME.get(name);
  return named === undefined ? name.replace(/\W/g, '_') : ATTRIBUTE_NAMES[named].field;
}

/**
 * Merges the attributes of two sources; `first` takes precedence. The fields are written one by one, because a spread of
 * objects of unlike shapes is slow.
 */
export const merged = (first: LlmAttributes, second: LlmAttributes): LlmAttributes => ({
  user: first.user ?? second.user,
  session: first.session ?? second.session,
  conversation: first.conversation ?? second.conversation,
  tenant: first.tenant ?? second.tenant,
  feature: first.feature ?? second.feature,
  promptName: first.promptName ?? second.promptName,
  promptVersion: first.promptVersion ?? second.promptVersion,
  tags: first.tags ?? second.tags,
  extra: first.extra && second.extra ? { ...second.extra, ...first.extra } : (first.extra ?? second.extra),
});
