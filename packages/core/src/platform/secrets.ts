/**
 * The forms of secrets: one list for errors, log lines, the doctor's report and the redactor of keys. The prefixes
 * and lengths are those of the issuers' documentation and of the rules of https://github.com/gitleaks/gitleaks. Each
 * pattern takes linear time: every repetition is bounded, or cannot start within itself.
 */

/** A form of secrets: the text `before` it stays, and `isSecret` decides on ambiguous matches. */
interface Form {
  readonly pattern: RegExp;
  readonly isSecret?: (value: string) => boolean;
}

/** Any text with one of these prefixes is a key, in any surroundings. */
const PREFIXED = [
  // OpenAI, Anthropic, OpenRouter, DeepSeek, Langfuse, LiteLLM; Groq, xAI, Perplexity, Replicate, NVIDIA, Cerebras
  'sk-(?:proj|ant|or|svcacct|admin|lf|live|test|None)-[\\w-]{5,}',
  '(?:sk|pk|rk|gsk|xai|pplx|r8|nvapi|csk|hf|npm|fw)[-_](?=[\\w-]{0,40}\\d)[\\w-]{16,}',
  '(?:gsk|hf)_[A-Za-z0-9]{8,}',
  '(?:sk|pk|rk)_(?:live|test|prod)_\\w{8,}', // Stripe
  // as a vendor masks them: `sk-proj-abc***xyz`, `sk-...abcd`
  '(?:sk|pk|rk|gsk|xai|pplx)[-_][\\w-]{0,60}[*.…]{2,80}[\\w-]{0,60}',
  // Together AI, Tavily, Pinecone, Jina, LangSmith, Databricks
  '(?:tgp_v1_|tvly-|pcsk_|jina_|lsv2_(?:pt|sk)_)[\\w-]{16,}',
  'dapi[0-9a-f]{32}(?:-\\d)?',
  // Google: API keys, tokens, client secrets
  'AIza[\\w*-]{10,}',
  'AQ\\.[\\w*-]{10,}',
  'ya29\\.[\\w-]{20,}',
  'GOCSPX-[\\w-]{20,}',
  // Amazon: access keys and keys of Bedrock
  '(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}(?![A-Za-z0-9])',
  'ABSK[A-Za-z0-9+/]{40,}={0,2}',
  'bedrock-api-key-[\\w+/=-]{16,}',
  // Microsoft: secrets of applications
  '[A-Za-z0-9_~.]{3}\\dQ~[\\w~.-]{31,34}',
  // GitHub, GitLab, npm, PyPI, Docker, RubyGems, Slack, SendGrid
  'gh[oprsu]_\\w{30,}',
  'github_pat_\\w{30,}',
  'gl(?:pat|dt|rt|cbt|ptt|soat)-[\\w-]{20,}',
  'pypi-AgEI[\\w-]{20,}',
  'dckr_(?:pat|oat)_[\\w-]{20,}',
  'rubygems_[0-9a-f]{48}',
  'xox[abeoprs]-[\\w-]{10,}',
  'xapp-\\d-[\\w-]{10,}',
  'SG\\.[\\w-]{16,}\\.[\\w-]{16,}',
  // DigitalOcean, Shopify, Square, Alibaba, Atlassian, HashiCorp, Linear, Notion, Pulumi, Tailscale, Grafana, age
  'do[opr]_v1_[0-9a-f]{40,}',
  'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}',
  'sq0(?:atp|csp|idp)-[\\w-]{22,}',
  'LTAI[A-Za-z0-9]{20}',
  'ATATT3[\\w=-]{20,}',
  'hv[bsr]\\.[\\w-]{20,}',
  'lin_(?:api|oauth)_[A-Za-z0-9]{30,}',
  'ntn_[A-Za-z0-9]{40,}',
  'secret_[A-Za-z0-9]{43}',
  'pul-[0-9a-f]{40}',
  'tskey-[a-z]{2,10}-[\\w-]{12,}',
  'glsa_\\w{32,}',
  'whsec_[A-Za-z0-9+/=]{20,}',
  'AGE-SECRET-KEY-1[A-Z0-9]{58}',
  'key-[0-9a-f]{32}', // Mailgun
  '[0-9a-f]{32}-us\\d{1,2}', // Mailchimp
  '\\d{8,10}:AA[\\w-]{33}', // Telegram
  '(?:SK|AC)[0-9a-f]{32}', // Twilio
];

/** Names of fields, headers and variables whose values are secrets. */
const NAMES =
  '(?:api|access|subscription|account|auth|functions|private|signing|master|secret|shared|security|session|refresh|id|proxy)' +
  '[-_ ]?(?:access[-_ ]?)?(?:key|token)|client[-_ ]?secret|password|passwd|passphrase|secret|token|virtual[-_ ]key';

/** Parameters of a URL whose values are secrets. */
const PARAMETERS =
  'key|api[-_]?key|access[-_]token|refresh_token|id_token|token|auth|sig|signature|code|secret|client_secret|password|' +
  'subscription-key|x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)';

/** Letters and digits mixed as no word is: a digit, the end of base64, or two capitals after small letters. */
function isRandom(value: string): boolean {
  if (/^[\d.,]+$/.test(value) || /^https?:/i.test(value)) return false;
  return /\d|=$|\*{2}/.test(value) || (value.match(/[a-z][A-Z]/g)?.length ?? 0) >= 2;
}

const PLACEHOLDER =
  /^(?:undefined|null|none|true|false|string|required|missing|invalid|expired|unknown|optional|empty|https?:.*)$/i;

/** A value assigned to a secret's name is a secret unless it is a number, a keyword or a sentence. */
const isAssigned = (value: string): boolean =>
  !PLACEHOLDER.test(value) &&
  (isRandom(value) || (value.length >= 8 && /^[\w~+/*-]+$/.test(value) && /[a-z]/i.test(value)));

const FORMS: readonly Form[] = [
  {
    pattern:
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
  },
  // JSON web tokens. The character before must not belong to a token; otherwise repeated beginnings would take
  // quadratic time.
  { pattern: /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g },
  {
    pattern:
      /(?<before>\bauthorization["']?\s{0,3}[:=]\s{0,3}["']?(?:[a-z][\w-]{1,20}\s{1,3})?)[^\s"',;]{6,}/gi,
    isSecret: isRandom,
  },
  { pattern: /\b(?:bearer|basic)\s{1,8}[\w.~+/=*-]{8,}/gi, isSecret: isRandom },
  // A vendor may quote a key of any form: `Incorrect API key provided: test.`
  { pattern: /(?<before>\bAPI key provided: )\S*[^\s.]/gi },
  { pattern: new RegExp(`(?<before>[?&;](?:${PARAMETERS})=)[^&\\s"'<>#]+`, 'gi') },
  // LiteLLM: `Key Hash (Token) =88dc28...`
  { pattern: /(?<before>\b(?:key|token)[ -](?:hash|name)(?: \([\w ]{1,20}\))? ?[:=] ?)[0-9a-f]{16,}/gi },
  {
    pattern: new RegExp(
      `(?<before>(?:${NAMES})(?:["'] ?(?:=>|[:=]) ?|=|[:=] ?["'])["']?)[^\\s"',;&<>(){}[\\]]{6,}`,
      'gi',
    ),
    isSecret: isAssigned,
  },
  {
    pattern: new RegExp(`(?<before>(?:${NAMES}) ?(?:=>|[:=]) {1,3})[^\\s"',;&<>(){}[\\]]{6,}`, 'gi'),
    isSecret: isRandom,
  },
  { pattern: new RegExp(`(?<![A-Za-z0-9])(?:${PREFIXED.join('|')})`, 'g') },
  // The password of `scheme://user:password@host`, and a token in the place of the user.
  { pattern: /(?<before>\b[a-z][\w+.-]{0,30}:\/\/[^\s/:@]{0,100}:)[^\s/]{1,200}(?=@)/gi },
  { pattern: /(?<before>:\/\/)[^\s/:@]{16,200}(?=@)/g, isSecret: isRandom },
];

/** A text with each secret of a known form replaced by `mark`. */
export function withoutSecrets(text: string, mark = '[key]'): string {
  let redacted = text;
  for (const { pattern, isSecret } of FORMS) redacted = replaced(redacted, pattern, mark, isSecret);
  return redacted;
}

function replaced(text: string, pattern: RegExp, mark: string, isSecret: Form['isSecret']): string {
  return text.replace(pattern, (match: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as { before?: string } | string;
    const before = typeof groups === 'object' ? (groups.before ?? '') : '';
    return isSecret && !isSecret(match.slice(before.length)) ? match : `${before}${mark}`;
  });
}
