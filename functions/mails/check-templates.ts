import type { Article } from '../articles/article.ts';
import type { Publication } from '../settings/publication.ts';
import type { Templates } from '../shared/locale.ts';
import { renderDigest } from './render-digest.ts';
import { renderLetter } from './render-letter.ts';

/**
 * Renders one mail of each template and layout, in each language, with made-up words. Returns what is wrong with the
 * templates, in words for people, or undefined if they can be rendered. Without this, a broken template would be found
 * when an issue is due.
 */
export async function templateFault(
  publication: Publication,
  templates: Templates,
): Promise<string | undefined> {
  const [edition] = publication.editions;
  if (!edition) return undefined;
  const baseUrl = 'https://check.invalid';
  try {
    for (const language of publication.languages) {
      for (const layout of ['list', 'sections'] as const) {
        const stories = Array.from({ length: 3 }, (_, n) => madeUpStory(`story-${n}`, language));
        await renderDigest({
          publication,
          edition,
          language,
          layout,
          issue: { edition: edition.id, slot: 'check', scheduledAt: '2026-01-01T00:00:00.000Z' },
          stories,
          mostRecent: [madeUpStory('recent', language)],
          notice: 'Notice',
          buttons: [{ text: 'Button', url: `${baseUrl}/button` }],
          greeting: 'Greeting',
          baseUrl,
          webUrl: `${baseUrl}/issues`,
          templates,
        });
      }
      await renderLetter({
        publication,
        language,
        subject: 'Subject',
        preheader: 'Preheader',
        title: 'Title',
        intro: 'Intro',
        facts: [{ name: 'Name', text: 'Text' }],
        buttons: [{ text: 'Button', url: `${baseUrl}/button` }],
        ignore: 'Ignore',
        why: 'Why',
        links: [{ text: 'Link', url: `${baseUrl}/link` }],
        baseUrl,
        postalAddress: edition.postalAddress,
        templates,
      });
    }
    return undefined;
  } catch (error) {
    return `no mail can be made of the files in templates/: ${(error as Error).message}`;
  }
}

function madeUpStory(id: string, language: string): Article {
  const at = '2026-01-01T00:00:00.000Z';
  return {
    id,
    version: 1,
    title: 'Title',
    summary: 'Summary',
    html: '<p>Text</p>',
    language,
    authors: [{ name: 'Author' }],
    section: 'Section',
    tags: [],
    image: { url: 'https://check.invalid/photo.jpg', alt: 'Photo', width: 600, height: 400 },
    related: [],
    status: 'published',
    featured: false,
    publishedAt: at,
    createdAt: at,
    updatedAt: at,
    publicAt: at,
  };
}
