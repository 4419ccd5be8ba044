import { describe, expect, it } from 'vitest';
import { articlePage } from '../../functions/pages/article-page.ts';
import { homePage } from '../../functions/pages/home-page.ts';
import { anArticle } from '../support/builders.ts';
import { aContext, aFullStory, ENGLISH } from './every-page.ts';

describe('a story', () => {
  it('in a language without phrases is marked with its language, and the phrases around it with theirs', () => {
    const html = String(articlePage(aContext('ur'), aFullStory(ENGLISH, { language: 'ur' })));
    expect(html).toContain('<html lang="ur" dir="rtl">');
    expect(html).toContain('<header class="masthead" lang="en" dir="ltr">');
    expect(html).toContain('Sunday, November 22, 2026');
    expect(html).toContain('href="/ur/atom.xml"');
  });

  it('keeps its own language on a page in another language', () => {
    const html = String(
      homePage(aContext('es'), { stories: [aFullStory(ENGLISH, { language: 'en' })], form: {} }),
    );
    expect(html).toContain('<article class="lead" lang="en" dir="ltr">');
    expect(html).toContain('<p class="byline" lang="es" dir="ltr">');
  });

  it('with an address of its own names that address as the canonical one', () => {
    expect(String(articlePage(aContext(), anArticle({ url: 'https://paper.example/ferry' })))).toContain(
      '<link rel="canonical" href="https://paper.example/ferry">',
    );
    expect(String(articlePage(aContext(), anArticle({ id: 'a:b' })))).toContain(
      '<link rel="canonical" href="http://localhost:8787/articles/a%3Ab">',
    );
  });

  it('names the feeds of its section, tags and authors', () => {
    const html = String(articlePage(aContext(), anArticle({ tags: ['López Obrador'] })));
    for (const folder of ['/en/sections/harbour/', '/tags/lopez-obrador/', '/authors/ana-ruiz/']) {
      expect(html).toMatch(new RegExp(`<link rel="alternate"[^>]* href="${folder}rss.xml">`));
      expect(html).toContain(`<a href="${folder}atom.xml"`);
    }
    expect(html).toContain('title="The Lakeside Courier: López Obrador (RSS)"');
  });

  it('names its contributors in the language of the page, and says nothing if it has none', () => {
    const contributors = [
      { name: 'Zoë <Ng>', url: 'https://paper.example/zoe?a=1&b=2' },
      { name: 'Jo Dahl' },
    ];
    expect(String(articlePage(aContext('es'), anArticle({ language: 'es', contributors })))).toContain(
      '<p class="byline"><span>Con la colaboración de <a href="https://paper.example/zoe?a=1&amp;b=2"><bdi>Zoë &lt;Ng&gt;</bdi></a> y <bdi>Jo Dahl</bdi></span> </p>',
    );
    for (const none of [{}, { contributors: [] }])
      expect(String(articlePage(aContext(), anArticle(none)))).not.toContain('Contributors');
  });

  it('shows its photo once, with caption and credit', () => {
    const image = {
      url: 'https://images.example/a.jpg?w=1&h=2',
      alt: 'A boat',
      caption: 'The boat.',
      credit: 'Mara Obi',
    };
    const alone = String(articlePage(aContext(), anArticle({ image })));
    expect(alone).toContain(
      '<figcaption><span dir="auto">The boat.</span> <span class="credit" dir="auto">Photo: Mara Obi</span></figcaption>',
    );
    const inBody = String(
      articlePage(
        aContext(),
        anArticle({ image, html: '<p><img src="https://images.example/a.jpg?w=1&amp;h=2" alt="" /></p>' }),
      ),
    );
    expect(inBody.match(/<img/g)).toHaveLength(1);
  });

  it('has its body exactly as it was sanitized', () => {
    expect(
      String(articlePage(aContext(), anArticle({ html: '<p>1 &lt; 2 &amp; <em>3</em></p>' }))),
    ).toContain('<p>1 &lt; 2 &amp; <em>3</em></p>');
  });

  it('joins the names of its authors by the rules of its language', () => {
    const authors = [{ name: 'Ana Ruiz' }, { name: 'Isabel Gil' }];
    const text = String(articlePage(aContext('es'), anArticle({ language: 'es', authors }))).replace(
      /<[^>]*>/g,
      '',
    );
    expect(text).toContain('Por Ana Ruiz e Isabel Gil');
  });

  it('may have a headline of 110,000 characters, which is whole on its own page and shortened elsewhere', () => {
    const title = 'Word '.repeat(22_000).trim();
    const page = String(articlePage(aContext(), anArticle({ title })));
    expect(page).toContain(`<h1>${title}</h1>`);
    expect(page.split(title)).toHaveLength(2);
    expect(page.match(/<title>([^<]*)<\/title>/)?.[1]?.length).toBeLessThan(150);
    const home = String(homePage(aContext(), { stories: [anArticle({ title, summary: title })], form: {} }));
    expect(home.length).toBeLessThan(12_000);
  });

  it('may be in a language with a private part (BCP 47, 2.2.7), which is shown under the name of its main language', () => {
    const translations = [{ id: 'easy', language: 'es-x-facil' }];
    const html = String(articlePage(aContext(), anArticle({ language: 'en-x-easy', translations })));
    expect(html).toContain('<a href="/articles/easy" lang="es-x-facil" hreflang="es-x-facil">Español</a>');
  });

  it('that an editor featured comes first on the front page', () => {
    const stories = [
      anArticle({ id: 'new', title: 'New' }),
      anArticle({ id: 'big', title: 'Big', featured: true }),
    ];
    const html = String(homePage(aContext(), { stories, form: {} }));
    expect(html.indexOf('>Big<')).toBeLessThan(html.indexOf('>New<'));
    expect(html.match(/>Big</g)).toHaveLength(1);
  });
});
