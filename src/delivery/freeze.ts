/** Freezing: what was approved is what is sent, whatever happens to files and templates later. */
import { join } from 'node:path';
import type { Config } from '../config/types.js';
import { type Edition, highlightsOf } from '../issue/editions.js';
import { requireSendablePictures, withPictures } from '../issue/pictures.js';
import type { Issue } from '../issue/types.js';
import { type PreparedMessage, prepareMessage } from '../message/prepare.js';
import type { MessageSettings } from '../message/types.js';
import { renderMail } from '../render/mail.js';
import type { RenderedMail } from '../render/types.js';
import type { Frozen } from './send-record.js';
import { dateIn } from './send-time.js';

/**
 * Renders and prepares every edition of an issue. Nothing of the files, templates or this program's
 * version is needed afterwards to send it.
 * @param options.revision from 1; each amendment has the next
 * @param options.audioUrl where the episode is, when it is up already
 * @throws AppError template_invalid; issue_invalid for a picture over `archive.maxImageBytes`
 */
export async function freezeIssue(
  config: Config,
  loaded: { issue: Issue; file: string },
  { today, revision, audioUrl }: { today: Date; revision: number; audioUrl?: string | undefined },
): Promise<Frozen & { rendered: RenderedMail }> {
  // The date may be missing until the issue is sent: now it is.
  const { publication } = config;
  const date = loaded.issue.date ?? dateIn(publication.timezone, today.getTime());
  const folder = join(config.dir, 'issues');
  await requireSendablePictures(loaded, folder, config.archive.maxImageBytes);
  const pictured = await withPictures(loaded.issue, folder);
  const issue: Issue = { ...pictured, date };
  const render = (part: Issue, edition: Edition): Promise<RenderedMail> =>
    renderMail(part, publication, {
      templatesDir: join(config.dir, 'templates'),
      issueFile: loaded.file,
      edition,
      audioUrl,
    });
  const prepare = (rendered: RenderedMail): PreparedMessage =>
    prepareMessage(rendered, settingsOf(config, issue.number, revision));
  const rendered = await render(issue, 'full');
  const part = publication.editions.highlights ? highlightsOf(issue) : undefined;
  const highlights = part && prepare(await render(part, 'highlights'));
  return { issue, message: prepare(rendered), highlights, rendered };
}

function settingsOf(config: Config, issue: number, revision: number): MessageSettings {
  const { publication, smtp, bounce, inbound, dkim } = config;
  return {
    ...{ slug: publication.slug, issue, revision },
    from: publication.from,
    replyTo: publication.replyTo,
    publicUrl: publication.url,
    publicationName: publication.name,
    profile: smtp.profile,
    bounceDomain: bounce.domain,
    inboundDomain: inbound.domain,
    dkim,
  };
}
