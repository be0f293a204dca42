/** One letter of each kind, with text in it that means something to HTML. */
import type { LetterData, LetterKind } from '../../src/render/letters.js';

const EXPIRES = new Date('2026-11-28T12:00:00Z');

export const LETTERS: { [K in LetterKind]: LetterData[K] } = {
  confirm: { confirmUrl: 'https://slow.example/confirm/TOKEN?a=1&b=2', expires: EXPIRES },
  known: { manageUrl: 'https://slow.example/p/TOKEN', expires: EXPIRES },
  welcome: {
    latest: {
      number: 12,
      title: 'What <tides> & "ships" remember',
      url: 'https://slow.example/issues/12',
    },
    archiveUrl: 'https://slow.example/issues',
    unsubscribeUrl: 'https://slow.example/u/TOKEN',
    preferencesUrl: 'https://slow.example/p/TOKEN',
  },
  goodbye: { resubscribeUrl: 'https://slow.example/back/TOKEN' },
  manage: { manageUrl: 'https://slow.example/p/TOKEN', expires: EXPIRES },
  move: {
    confirmUrl: 'https://slow.example/move/TOKEN',
    address: 'new<b>@slow.example',
    expires: EXPIRES,
  },
  operator: {
    headline: 'Issue 12 has stopped',
    text: 'The relay does not know us any more.',
    facts: [
      { name: 'Accepted', value: '41,203 of 120,331' },
      { name: 'Last reply', value: '535 5.7.8 <Authentication> "credentials" invalid' },
    ],
    commands: [{ does: 'Once the login works:', command: 'pressrun resume 12' }],
  },
};
