import type { Article } from '../../functions/articles/article.ts';

/** Returns a published story with every field that is not optional. */
export function anArticle(fields: Partial<Article> = {}): Article {
  return {
    id: 'ferry',
    version: 1,
    title: 'The ferry returns',
    html: '<p>After two years the ferry sails again.</p>',
    language: 'en',
    authors: [{ name: 'Ana Ruiz' }],
    section: 'Harbour',
    tags: ['Ferries'],
    related: [],
    status: 'published',
    featured: false,
    publishedAt: '2026-11-22T12:30:00.000Z',
    createdAt: '2026-11-22T12:30:00.000Z',
    updatedAt: '2026-11-22T12:30:00.000Z',
    publicAt: '2026-11-22T12:30:00.000Z',
    ...fields,
  };
}

/** Returns what an editor posts: a story with its required fields and a section. */
export function anArticleInput(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: 'The ferry returns',
    content: { html: '<p>After two years the ferry sails again.</p>' },
    language: 'en',
    section: 'Harbour',
    ...fields,
  };
}

/** Returns what an editor posts, with every field that there is. */
export function aFullArticleInput(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return anArticleInput({
    summary: 'Two years on, "the old lady" sails & sings.',
    url: 'https://paper.example/2026/ferry?from=feed&x=1',
    authors: [{ name: 'Ana Ruiz', url: 'https://paper.example/staff/ana?a=1&b=2' }, { name: 'Li & Sons' }],
    contributors: [
      { name: 'Zoë <Ng> & Co' },
      { name: 'Jo Dahl', url: 'https://paper.example/staff/jo?a=1&b=2' },
    ],
    tags: ['Ferries', 'López Obrador', 'Q&A'],
    image: {
      url: 'https://img.example/ferry.jpg?w=1200&h=800',
      alt: 'The ferry at the quay',
      caption: 'The ferry on Sunday & <before> noon',
      credit: 'Photo: R&D "Dahl"',
      width: 1200,
      height: 800,
      type: 'image/jpeg',
      bytes: 123_456,
    },
    audio: {
      url: 'https://audio.example/ferry.mp3?a=1&b=2',
      type: 'audio/mpeg',
      bytes: 7_654_321,
      seconds: 605,
    },
    commentsUrl: 'https://paper.example/2026/ferry?a=1&b=2#comments',
    related: [{ title: 'The <old> quay & "its" end', url: 'https://paper.example/2025/quay?x=1&y=2' }],
    featured: true,
    ...fields,
  });
}
