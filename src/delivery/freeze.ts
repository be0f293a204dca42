/** Freezing: what was approved is what is sent, whatever happens to files and templates later. */
import { join } from 'node:path';
import type { Config } from '../config/types.js';
import { withPictures } from '../issue/pictures.js';
import type { Issue } from '../issue/types.js';
import { prepareMessage } from '../message/prepare.js';
import { renderMail } from '../render/mail.js';
import type { RenderedMail } from '../render/types.js';
import type { Frozen } from './send-record.js';
import { dateIn } from './send-time.js';

/**
 * Renders and prepares an issue. Nothing of the files, templates or this program's version is
 * needed afterwards to send it.
 * @param options.revision from 1; each amendment has the next
 * @throws AppError template_invalid
 */
export async function freezeIssue(
  config: Config,
  loaded: { issue: Issue; file: string },
  { today, revision }: { today: Date; revision: number },
): Promise<Frozen & { rendered: RenderedMail }> {
  // The date may be missing until the issue is sent: now it is.
  const { publication, smtp, bounce, inbound, dkim } = config;
  const date = loaded.issue.date ?? dateIn(publication.timezone, today.getTime());
  const pictured = await withPictures(loaded.issue, join(config.dir, 'issues'));
  const issue: Issue = { ...pictured, date };
  const rendered = await renderMail(issue, publication, {
    templatesDir: join(config.dir, 'templates'),
    issueFile: loaded.file,
  });
  const message = prepareMessage(rendered, {
    slug: publication.slug,
    issue: issue.number,
    revision,
    from: publication.from,
    replyTo: publication.replyTo,
    publicUrl: publication.url,
    publicationName: publication.name,
    profile: smtp.profile,
    bounceDomain: bounce.domain,
    inboundDomain: inbound.domain,
    dkim,
  });
  return { issue, message, rendered };
}
