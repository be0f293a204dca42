/** What every mail of a newsletter carries and no issue says: links to leave, addresses, notices. */

/** A sentence that begins like this belongs to the mail, not to the issue. */
const FURNITURE = [
  String.raw`View (?:this|it|the)?\s*(?:e-?mail|mail|newsletter|message|issue)?\s*(?:in|on) (?:your|the|a) (?:web )?(?:browser|web)`,
  '(?:Read|View|Open) (?:this |it )?(?:online|in (?:your|the|a) browser|on the web)',
  'Having trouble (?:viewing|reading)',
  "No longer interested|Don['’]t want (?:these|this|to receive)|Want to change how you receive",
  String.raw`Unsubscribe\b|Manage (?:your )?(?:preferences|subscription)|Update (?:your )?(?:profile|preferences)|You can (?:update your preferences|unsubscribe)`,
  "You(?:['’]re| are)? (?:receiving|received|receive|get|got) this (?:e-?mail|mail|message|newsletter|because)",
  'To unsubscribe|Sent with \\p{Lu}\\S+\\. To unsubscribe',
  'Subscribe now$|Share$|Thanks for reading [^.!?]{1,60}! (?:Subscribe|This post)',
  String.raw`\{\{\s*(?:unsubscribe|manage_subscription|preferences)\w*\s*\}\}$`,
  // The same in other languages.
  'Wenn Sie (?:keine|diese) |Sie erhalten diese|(?:Hier |Newsletter )abmelden|Im Browser (?:ansehen|lesen|öffnen)',
  'Se désabonner|Vous recevez ce|Voir dans (?:le|votre) navigateur',
  'Darse de baja|Cancelar (?:la |tu )?suscripci[óo]n|Recibes este|Ver en el navegador',

  '(?:This|The) (?:e-?mail|mail|message) was sent (?:to|by)|Sent to(?:\\s+by)?\\s*$',
  String.raw`Copyright\b|©|\(c\) (?:19|20)\d\d`,
  'Our mailing address|All rights reserved',
  'Was this (?:e-?mail|mail)? ?forwarded|Forwarded (?:this|to you)|Forward this',
  'Feedback is welcome: just reply to this mail',
  'This issue is also (?:a podcast episode|on the web)',
  '(?:Sent|Powered) (?:by|with) (?:Mailchimp|Substack|Buttondown|Ghost|Revue|Campaign Monitor)',
].join('|');

const AT_START = new RegExp(String.raw`^[\s\uE000\uE001\d*|·•-]*(?:${FURNITURE})`, 'iu');
const ANYWHERE = new RegExp(
  String.raw`(?:^|(?<=[.!?:|\uE001)”"]\s{1,3}|\s[-–|•·]\s|\p{Ll} ))(?:Copyright ©|Copyright \(c\)|${FURNITURE})`,
  'gu',
);
const LONGEST = 600;

/** "Slow Letter, 5 Canal Street, Ghent": a house number between commas, and no sentence. */
const POSTAL = /^(?=.*,)(?=[^,]*(?:,[^,]*)*\b\d)[^.!?:;]{8,120}\.?$/u;

/** Whether a paragraph below a notice may be the sender's postal address. */
export function isPostalAddress(paragraph: string): boolean {
  return POSTAL.test(paragraph);
}

/** Whether a paragraph as a whole is furniture. */
export function isFurniture(paragraph: string): boolean {
  return paragraph.length <= LONGEST && AT_START.test(paragraph);
}

/** Offsets at which something like it begins in running text. */
export function furnitureStarts(text: string): number[] {
  return [...text.matchAll(ANYWHERE)].map(({ index }) => index);
}
