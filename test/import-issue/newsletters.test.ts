/** Text mails of newsletters that are not shaped like ours, each an invented one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ImportedIssue, importIssue } from '../../src/import-issue/import-issue.js';
import { itemsOf } from '../../src/issue/visit.js';
import { outlineOf } from './outline.js';

const read = (text: string): Promise<ImportedIssue> =>
  importIssue(Buffer.from(text), { nextNumber: 1 });

const leftOut = (imported: ImportedIssue) => imported.leftOut.map(({ text }) => text);

const links = ({ issue }: ImportedIssue) =>
  issue ? itemsOf(issue).map(({ title, urls: [url] }) => `${title} ${url}`) : [];

describe('a mail in plain text', () => {
  it('keeps a greeting together, and loses its notices and its postal address', async () => {
    const imported = await read(
      `The Slow Letter — Issue 42 — 3 March 2025\r\n\r\nHello everyone,\r\nthis week is short.\r\n\r\nESSAYS\r\n------\r\n\r\n\tWhy bridges hum (Ana Pérez and Li Wei) (summarized by Tomas): Bridges hum because\r\n\twind sheds vortices at the frequency of a deck.\r\n\r\nYou are receiving this because you signed up.\r\nUnsubscribe | Manage preferences\r\nSlow Letter, 5 Canal Street, Ghent\r\n`,
    );
    assert.match(imported.text, /^Hello everyone, this week is short\.$/m);
    assert.match(imported.text, /of a deck\.\n$/);
    assert.deepEqual(leftOut(imported).slice(1), [
      'You are receiving this because you signed up.',
      'Unsubscribe | Manage preferences',
      'Slow Letter, 5 Canal Street, Ghent',
    ]);
    assert.deepEqual(imported.lostWords, []);
  });

  it('finds the credits of a head that was wrapped before them, in any script', async () => {
    const imported = await read(
      `Der Wochenbrief Nr. 7\n\n━━━━━━━━━\nMEER\n━━━━━━━━━\n\nWas Gezeiten erinnern (Örs Ünal, Zoë Åkesson)\n(summarized by Jürgen) (H/T Łukasz): Elf Jahre in einem Hafen. «Das\nWasser» stieg um 3 cm; die Häuser standen still.\n\n地図の歴史 (山田 太郎) (summarized by Ines): A history of maps in Edo.\n\nWenn Sie keine Mails mehr möchten, hier abmelden: https://example.org/u/1\n`,
    );
    assert.deepEqual(outlineOf(imported.issue), [
      '## meer',
      'Was Gezeiten erinnern | Örs Ünal; Zoë Åkesson | Jürgen | Łukasz',
      '地図の歴史 | 山田 太郎 | Ines | -',
    ]);
    assert.doesNotMatch(imported.text, /abmelden|Wochenbrief/);
    assert.deepEqual([imported.issue?.number, imported.lostWords], [7, []]);
  });

  it('makes items of numbered titles and of bullets with their addresses', async () => {
    const imported = await read(
      `Subject: Field Notes #18: Moss\n\nFIELD NOTES #18\n\n1. Moss remembers rain\n   https://example.org/moss\n   A patch of moss on a north wall keeps a record of last year's rain.\n\n2. Two ways to count owls\n   https://example.org/owls\n   One is by ear, and one is by droppings.\n\nSHORT LINKS\n\n- The lichen atlas: https://example.org/lichen\n- A walk in the fen: https://example.org/fen\n\n--\nSent with Mailer. To unsubscribe click here: https://example.org/out\n`,
    );
    assert.deepEqual([imported.issue?.number, imported.issue?.title], [18, 'Moss']);
    assert.deepEqual(links(imported), [
      'Moss remembers rain https://example.org/moss',
      'Two ways to count owls https://example.org/owls',
      'The lichen atlas https://example.org/lichen',
      'A walk in the fen https://example.org/fen',
    ]);
    assert.match(imported.text, /^\* \[A walk in the fen\]\(https:\/\/example\.org\/fen\)$/m);
    assert.doesNotMatch(imported.text, /Mailer|FIELD NOTES|^--$/m);
    assert.deepEqual(imported.lostWords, []);
  });

  it('keeps a title in capitals apart from the text below it, and a point with its second line', async () => {
    const imported = await read(
      `Slow Weekly\nNewsletter #93\nWHY THE OLD CLOCKS OF THE HARBOUR WERE NEVER ONCE ON TIME, NOT EVEN\nSlow Weekly is a weekly letter about slow machines and their keepers.\nHIGHLIGHTS\n* [video] A long talk about the pendulum and the people who made it go\n  round: https://example.org/talk\n`,
    );
    assert.match(imported.text, /^Slow Weekly is a weekly letter/m);
    assert.match(imported.text, /^\* \\?\[video\] \[A long talk .* go round\]\(https/m);
    assert.equal(
      imported.issue?.title,
      'WHY THE OLD CLOCKS OF THE HARBOUR WERE NEVER ONCE ON TIME, NOT EVEN',
    );
    assert.deepEqual(imported.lostWords, []);
  });

  it('makes no item of a date, a place and a linked club in one point', async () => {
    const imported = await read(
      `NEWS\n\n- A new lock: https://example.org/lock\n\nEVENTS\n\n- 2025-03-04 | Ghent | The clock club: https://example.org/club\n`,
    );
    assert.deepEqual(links(imported), ['A new lock https://example.org/lock']);
    assert.match(imported.text, /^\* 2025-03-04 \| Ghent \| The clock club/m);
    assert.deepEqual(imported.lostWords, []);
  });

  it('has its number behind the name it begins with, and says that this is a guess', async () => {
    const imported = await read(
      'The Weekly Lens #5 Hi all, a quiet week. HIGHLIGHTS How lenses lie (Kim Park et al) (summarized by Noor): Every lens bends straight lines.',
    );
    assert.equal(imported.issue?.number, 5);
    assert.match(imported.text, /^Hi all, a quiet week\.$/m);
    assert.ok(imported.doubts.some(({ rule }) => rule === 'number-guessed'));
    assert.deepEqual(imported.lostWords, []);
  });
});

describe("a publishing service's Markdown or HTML", () => {
  it('has number and date from its title and its head, and loses its buttons', async () => {
    const imported = await read(
      `# Slow Machines, 12: What a loom knows\n\n*Hello from a cold week.*\n\nMar 4, 2025\n\n[Share](https://slow.example/p/12?action=share)\n\n## Looms\n\n[The card, again](https://example.org/card) by **Ada Moss**. A card is a program.\n\n## Elsewhere\n\n- **[A mill that runs on tides](https://example.org/mill)** — restored by hand.\n\n[Subscribe now](https://slow.example/subscribe)\n\nThanks for reading Slow Machines! Subscribe for free to receive new posts.\n`,
    );
    const { issue, text } = imported;
    assert.deepEqual(
      [issue?.number, issue?.title, issue?.date],
      [12, 'What a loom knows', '2025-03-04'],
    );
    assert.deepEqual(outlineOf(issue), [
      '## looms',
      'The card, again | Ada Moss | - | -',
      '## elsewhere',
      'A mill that runs on tides | - | - | -',
    ]);
    assert.doesNotMatch(text, /Share|Subscribe|Thanks/);
    assert.deepEqual(imported.lostWords, []);
  });

  it('makes items of bold linked titles with their text on the next line', async () => {
    const imported = await read(
      `---\nsubject: "Quiet Web #31"\npublish_date: 2025-02-10T09:00:00Z\n---\n\n## Reads\n\n**[Pages without scripts](https://example.org/noscript)**\nA case for plain pages.\n\n**[What feeds are for](https://example.org/feeds)**\nA history of RSS.\n\n{{ unsubscribe_url }}\n`,
    );
    assert.deepEqual(links(imported), [
      'Pages without scripts https://example.org/noscript',
      'What feeds are for https://example.org/feeds',
    ]);
    assert.doesNotMatch(imported.text, /unsubscribe/);
    assert.ok(imported.doubts.some(({ rule }) => rule === 'title-guessed'));
    assert.deepEqual(imported.lostWords, []);
  });

  it('loses the logo, and takes names in a paragraph of their own for the authors', async () => {
    const imported = await read(
      `<!DOCTYPE html><html><body><table><tr><td><img src="https://img.example/logo.png" width="200" alt="Harbour Post"></td></tr><tr><td><h1>Harbour Post #9: Ropes</h1></td></tr><tr><td><h2>Reading</h2></td></tr><tr><td><h3><a href="https://example.org/tar">How ropes are tarred</a></h3><p><em>Mo Tarrant</em></p><p>Tar keeps water out.</p></td></tr></table></body></html>`,
    );
    assert.deepEqual(outlineOf(imported.issue), [
      '## reading',
      'How ropes are tarred | Mo Tarrant | - | -',
    ]);
    assert.match(imported.text, /\*\(Mo Tarrant\)\*: Tar keeps water out\.$/m);
    assert.doesNotMatch(imported.text, /logo/);
    assert.ok(leftOut(imported).includes('Harbour Post'));
    assert.deepEqual(imported.lostWords, []);
  });
});
