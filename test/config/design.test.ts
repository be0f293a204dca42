import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrastOf, parseColor } from '../../src/color.js';
import { loadSettings } from '../../src/config/load.js';
import { failureOf, MINIMAL, publication } from './publication.js';

const designed = (yaml: string) => `${MINIMAL}design:\n${yaml}`;

test('colours, fonts, width and logo of a publication stand over the defaults, one by one', async (t) => {
  const yaml = `  width: 640
  light: { band: "#FFF", bandText: '#7a1f1f', bandMuted: "#555" }
  fonts: { heading: '"Iowan Old Style", Palatino, serif' }
  logo: { file: logo.png, width: 160, height: 40 }
`;
  const { design } = (await loadSettings(await publication(t, designed(yaml)), {})).publication;
  assert.equal(design.width, 640);
  assert.equal(design.light.band, '#ffffff');
  assert.equal(design.light.bandText, '#7a1f1f');
  assert.equal(design.light.text, '#1f242b');
  assert.equal(design.fonts.heading, "'Iowan Old Style',Palatino,serif");
  assert.match(design.fonts.body, /^-apple-system,BlinkMacSystemFont,'Segoe UI',/);
  assert.deepEqual(design.logo, { file: 'logo.png', dark: 'logo.png', width: 160, height: 40 });
});

test('without any design a publication has the default one, and no logo', async (t) => {
  const { design } = (await loadSettings(await publication(t, MINIMAL), {})).publication;
  assert.equal(design.logo, undefined);
  for (const { text, sheet } of [design.light, design.dark]) {
    const [upper, lower] = [parseColor(text), parseColor(sheet)];
    assert.ok(upper && lower && contrastOf(upper, lower) > 10);
  }
});

const WRONG: [title: string, yaml: string, line: number, words: RegExp][] = [
  [
    'a colour that is none',
    '  light: { link: blue }\n',
    9,
    /design\.light\.link: found "blue"; allowed: a colour/,
  ],
  [
    'a colour without quotes, which is a comment to YAML,',
    '  dark:\n    link: #86bdea\n',
    10,
    /design\.dark\.link: found ""; allowed: a colour .* in quotes/,
  ],
  [
    'text too faint for what it is written on',
    '  light:\n    muted: "#909090"\n',
    10,
    /^design\.light\.muted: #909090 on sheet #ffffff has a contrast of 3\.19, and 4\.5 is needed/,
  ],
  [
    'a ground too near to its text',
    '  dark: { opinion: "#888888" }\n',
    9,
    /design\.dark\.text: #e4e6ea on opinion #888888 has a contrast of 2\.8/,
  ],
  ['a width no mail has', '  width: 1200\n', 9, /width: found 1200 .*from 480 to 800/],
  [
    'a font name that would leave its attribute',
    "  fonts: { body: 'Arial; color: red' }\n",
    9,
    /fonts\.body: found .*font names/,
  ],
  [
    'a logo without its size',
    '  logo: { file: logo.png, width: 100 }\n',
    9,
    /logo\.height is missing \(a logo has a file, a width and a height\)/,
  ],
];

for (const [title, yaml, line, words] of WRONG) {
  test(`${title} is refused, with its line`, async (t) => {
    const error = await failureOf(loadSettings(await publication(t, designed(yaml)), {}));
    assert.equal(error.code, 'config_invalid');
    assert.match(error.message, words);
    assert.equal(error.line, line);
  });
}
