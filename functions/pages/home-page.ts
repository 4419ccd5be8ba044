import { html, raw } from 'hono/html';
import type { Article } from '../articles/article.ts';
import type { FeedSelector } from '../feeds/feed-key.ts';
import { feedName, formatLinks } from './feed-links.ts';
import { homePath, layout, pathInLanguage } from './layout.ts';
import { type Html, type PageContext, settingText } from './page-context.ts';
import { type SignUpForm, signUpForm } from './sign-up-form.ts';
import { leadStory, storyList } from './story-list.ts';

/**
 * The home page: the latest stories, the feeds, and the form for the newsletters. The newest featured story leads, and
 * the others follow, newest first. `/` shows the home page of the reader's language. Its canonical address is the one
 * that names the language.
 */
export function homePage(context: PageContext, data: { stories: Article[]; form: SignUpForm }): Html {
  const { config, phrases } = context;
  const lead = data.stories.find(({ featured }) => featured) ?? data.stories[0];
  const others = data.stories.filter((story) => story !== lead);
  return layout(context, {
    title: settingText(context, config.publication.name),
    description: settingText(context, config.publication.description),
    path: homePath(context),
    body: html`<div class="front">
<section aria-labelledby="latest">
<h1 class="label" id="latest">${phrases('page.home.latest')}</h1>
${lead ? leadStory(context, lead) : html`<p>${phrases('page.home.empty')}</p>`}
${others.length > 0 ? storyList(context, others) : raw('')}
</section>
<div class="beside">
<section class="box" aria-labelledby="newsletters">
<h2 id="newsletters">${phrases('page.subscribe.title')}</h2>
<p>${phrases('page.subscribe.text')}</p>
${signUpForm(context, data.form)}
</section>
<section aria-labelledby="feeds">
<h2 class="label" id="feeds">${phrases('page.home.feeds')}</h2>
${feedTable(context)}
<p><a href="${pathInLanguage(context, '/feeds')}">${phrases('page.home.allFeeds')}</a></p>
</section>
</div>
</div>`,
  });
}

function feedTable(context: PageContext): Html {
  const { languages } = context.config.publication;
  const selectors: FeedSelector[] = [
    {},
    ...(languages.length > 1 ? languages.map((language) => ({ language })) : []),
  ];
  return html`<ul class="feeds">
${selectors.map((selector) => {
  const name = feedName(context, selector);
  return html`<li><span>${name}</span> <span class="formats">${formatLinks(selector, name)}</span></li>
`;
})}</ul>`;
}
