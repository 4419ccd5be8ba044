import { expect, test } from 'vitest';
import { templateFault } from '../../functions/mails/check-templates.ts';
import { testConfig } from '../support/config.ts';
import { SHIPPED_TEMPLATES } from '../support/templates.ts';

/** `npm start`, `npm run synth` and `npm run deploy` refuse templates of which no mail can be made. */

const { publication } = testConfig();
const withTemplate = (name: string, text: string) => ({
  ...SHIPPED_TEMPLATES,
  mjml: { ...SHIPPED_TEMPLATES.mjml, [name]: text },
});

test('the templates of this repository have no fault', async () => {
  expect(await templateFault(publication, SHIPPED_TEMPLATES)).toBeUndefined();
});

const story = SHIPPED_TEMPLATES.mjml['digest-story'] ?? '';

test.each([
  [
    'a filter that does not exist',
    withTemplate('digest-story', `${story}{{ story.headline | nosuchfilter }}`),
    'nosuchfilter',
  ],
  ['a tag that does not exist', withTemplate('digest-story', `${story}{% iff story.dek %}`), 'iff'],
  [
    'a value that no mail has',
    withTemplate('letter', '<mjml><mj-body>{{ nothing }}</mj-body></mjml>'),
    'nothing',
  ],
  ['an element that MJML does not know', withTemplate('letter', '<mjml><mj-nothing /></mjml>'), 'mj-nothing'],
])('%s is named', async (_, templates, words) => {
  expect(await templateFault(publication, templates)).toMatch(
    new RegExp(`^no mail can be made of the files in templates/: .*${words}`, 's'),
  );
});

test('a file that is missing is named', async () => {
  const { 'digest-story': _, ...mjml } = SHIPPED_TEMPLATES.mjml;
  expect(await templateFault(publication, { ...SHIPPED_TEMPLATES, mjml })).toContain('digest-story');
});
