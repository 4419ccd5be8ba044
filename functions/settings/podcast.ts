import * as z from 'zod';
import { inLanguages, localised, mailAddress, oneLine } from './allowed-values.ts';

/**
 * The settings of the podcast, which has the stories with an audio version. The rules come from "A Podcaster's Guide to
 * RSS" (podcasters.apple.com, articles 823 and 1691) and the "Podcast Delivery Specification" (Spotify).
 */

/**
 * Apple's list of categories, each with its subcategories. A podcast names a category and may name a subcategory of it.
 */
export const PODCAST_CATEGORIES: Record<string, string[]> = {
  Arts: ['Books', 'Design', 'Fashion & Beauty', 'Food', 'Performing Arts', 'Visual Arts'],
  Business: ['Careers', 'Entrepreneurship', 'Investing', 'Management', 'Marketing', 'Non-Profit'],
  Comedy: ['Comedy Interviews', 'Improv', 'Stand-Up'],
  Education: ['Courses', 'How To', 'Language Learning', 'Self-Improvement'],
  Fiction: ['Comedy Fiction', 'Drama', 'Science Fiction'],
  Government: [],
  'Health & Fitness': [
    'Alternative Health',
    'Fitness',
    'Medicine',
    'Mental Health',
    'Nutrition',
    'Sexuality',
  ],
  History: [],
  'Kids & Family': ['Education for Kids', 'Parenting', 'Pets & Animals', 'Stories for Kids'],
  Leisure: [
    'Animation & Manga',
    'Automotive',
    'Aviation',
    'Crafts',
    'Games',
    'Hobbies',
    'Home & Garden',
    'Video Games',
  ],
  Music: ['Music Commentary', 'Music History', 'Music Interviews'],
  News: [
    'Business News',
    'Daily News',
    'Entertainment News',
    'News Commentary',
    'Politics',
    'Sports News',
    'Tech News',
  ],
  'Religion & Spirituality': [
    'Buddhism',
    'Christianity',
    'Hinduism',
    'Islam',
    'Judaism',
    'Religion',
    'Spirituality',
  ],
  Science: [
    'Astronomy',
    'Chemistry',
    'Earth Sciences',
    'Life Sciences',
    'Mathematics',
    'Natural Sciences',
    'Nature',
    'Physics',
    'Social Sciences',
  ],
  'Society & Culture': ['Documentary', 'Personal Journals', 'Philosophy', 'Places & Travel', 'Relationships'],
  Sports: [
    'Baseball',
    'Basketball',
    'Cricket',
    'Fantasy Sports',
    'Football',
    'Golf',
    'Hockey',
    'Rugby',
    'Running',
    'Soccer',
    'Swimming',
    'Tennis',
    'Volleyball',
    'Wilderness',
    'Wrestling',
  ],
  Technology: [],
  'True Crime': [],
  'TV & Film': ['After Shows', 'Film History', 'Film Interviews', 'Film Reviews', 'TV Reviews'],
};

/** Apple takes values of at most 255 characters, and descriptions of at most 4,000 bytes. */
export const MOST_PODCAST_CHARACTERS = 255;
export const MOST_DESCRIPTION_BYTES = 4000;

const description = oneLine(MOST_DESCRIPTION_BYTES).refine(
  (text) => Buffer.byteLength(text) <= MOST_DESCRIPTION_BYTES,
  { message: `must be at most ${MOST_DESCRIPTION_BYTES} bytes` },
);

export const podcast = z
  .strictObject({
    title: localised(MOST_PODCAST_CHARACTERS),
    description: inLanguages(description),
    /** The person to whom Apple and Spotify write. They also write to check that the podcast is yours. */
    owner: z.strictObject({
      name: oneLine(MOST_PODCAST_CHARACTERS),
      email: mailAddress(MOST_PODCAST_CHARACTERS),
    }),
    image: z.string().refine(isArtworkUrl, {
      message:
        'must be an absolute https URL that ends in .jpg, .jpeg or .png: a square picture of 1400 to 3000 pixels a side',
    }),
    category: oneLine(MOST_PODCAST_CHARACTERS),
    subcategory: oneLine(MOST_PODCAST_CHARACTERS).optional(),
    explicit: z.boolean({
      message: 'must be true if the podcast has explicit language or content for adults, and false otherwise',
    }),
    copyright: localised(MOST_PODCAST_CHARACTERS),
  })
  .superRefine(({ category, subcategory }, context) => {
    const fault = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    const below = Object.hasOwn(PODCAST_CATEGORIES, category) ? PODCAST_CATEGORIES[category] : undefined;
    if (!below) {
      fault('category', `must be one of Apple's: ${Object.keys(PODCAST_CATEGORIES).join(', ')}`);
    } else if (subcategory && !below.includes(subcategory)) {
      const allowed = below.length > 0 ? `must be one of ${below.join(', ')}` : 'must be absent';
      fault('subcategory', `${allowed}, because the category is ${category}`);
    }
  });

export type PodcastSettings = z.output<typeof podcast>;

/** The texts of the podcast that every language of the publication needs. */
export const PODCAST_TEXTS = ['title', 'description', 'copyright'] as const;

/**
 * Checks whether a URL is one that Apple takes for a podcast's picture: https, and with the ending of a JPEG or PNG.
 */
export function isArtworkUrl(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && /\.(?:jpe?g|png)$/i.test(url.pathname);
}
