/** Placeholders that other systems fill in for each reader, as they stand in an unsent text. */

const CONTACT = 'subscriber|contact|recipient|user|member|person|customer|profile|account|custom';
const SENDER = 'list|newsletter|publication|campaign|broadcast|message|site|company|sender|event';
const NAME = '(?:first|last|full|fore|given|family|nick)?_?name';
const WAY_OUT =
  'e?mail|unsub|opt_?out|preferences?|subscription|web_?version|view_in|browser|archive|mirror|permalink|address';

/** `subscriber.email`, `first_name`, `manage_subscription_url` */
const FIELD = String.raw`(?:(?:${CONTACT}|${SENDER})(?:[._]\w+)+|${NAME}|\w*(?:${WAY_OUT})\w*)`;

/**
 * Placeholders of whom nothing else looks the same.
 * Narrow, because prose about code is full of braces and brackets.
 */
export const SURE_TAGS: readonly RegExp[] = [
  // Mailchimp: *|FNAME|*, *|IF:NAME|*, *|DATE:d/m/y|*
  /(?<!\w)\*\|[A-Z][\w:.=!<>/ -]{0,60}\|\*/g,
  // Ghost: {first_name}, {first_name, "reader"}
  /(?<!\{)\{(?:first_name|(?:name|email|uuid)(?=,))(?:, *["“][^"”{}\n]*["”])?\}(?!\})/g,
  // Mailtrain: [FIRST_NAME]; Campaign Monitor: [firstname,fallback=reader]
  /\[(?:FIRST_NAME|LAST_NAME|FULL_NAME|MERGE_[A-Z0-9_]+|LINK_(?:UNSUBSCRIBE|PREFERENCES|BROWSER))\]/g,
  /\[(?:first|last|full)name(?:, ?fallback=[^\][\n]{0,60})?\]/g,
  // Salesforce: %%first_name%%, %%=v(@name)=%%; Mailgun: %recipient.name%; ActiveCampaign: %FIRSTNAME%
  /%%=?[A-Za-z_][\w .:()@-]{0,60}=?%%/g,
  /%recipient[._]\w+%|%(?:FIRST|LAST|FULL)NAME%|%EMAIL%|%(?:UNSUBSCRIBE|WEBCOPY|FORWARD|UPDATE|SENDER)[A-Z-]*%/g,
  // MailerLite: {$email}
  /(?<![\w{])\{\$[a-z_]\w*(?:\.\w+)*\}/g,
  // Buttondown, Kit, Klaviyo, HubSpot, Brevo: {{ subscriber.email }}, {{ first_name | default: "x" }}
  new RegExp(String.raw`(?<![\\{])\{\{\s*${FIELD}\s*(?:\|[^{}\n]{0,80})?\}\}(?!\})`, 'gi'),
];

/** Liquid and Handlebars of any kind: {{ anything }}, {{#if user.x}}, {% if … %}. */
export const LIKELY_TAGS: readonly RegExp[] = [
  /(?<![\\{])\{\{\s*[#/]?[a-z_][\w.]*(?:\s*\|[^{}\n]*|\s+[^{}\n]*)?\s*\}\}|\{%-?\s*[a-z]+[^{}\n]*%\}/gi,
];

export interface ForeignTag {
  index: number;
  written: string;
  /** What it says to somebody of whom nothing is known, where it names that. */
  fallback: string;
}

/** In the order of the text, none inside of another. */
export function findForeignTags(text: string, patterns = SURE_TAGS): ForeignTag[] {
  const found = patterns.flatMap((pattern) => [...text.matchAll(pattern)]);
  found.sort((a, b) => a.index - b.index);
  let end = 0;
  return found.flatMap(({ 0: written, index }) => {
    if (index < end) return [];
    end = index + written.length;
    return [{ index, written, fallback: fallbackOf(written) }];
  });
}

function fallbackOf(written: string): string {
  const match =
    /(?:default(?:_if_none)?\s*:?\s*|,\s*|default\()(?:&quot;|["“'])([^"”'&{}]*)|fallback=([^\]]*)/i.exec(
      written,
    );
  return (match?.[1] ?? match?.[2] ?? '').trim();
}
