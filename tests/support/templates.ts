import { readTemplates } from '../../functions/adapters/read-templates.ts';
import type { Templates } from '../../functions/shared/locale.ts';
import { REPOSITORY } from './clone.ts';

/** Returns the templates of the repository: what readers see of a mail depends on them. */
export const SHIPPED_TEMPLATES = readTemplates(`${REPOSITORY}/templates`);

const FOOTER = `
  <p>{{ footer.why }}</p>
  {% for link in footer.links %}<p><a href="{{ link.url }}">{{ link.text }}</a></p>{% endfor %}
  <p>{{ footer.postalAddress }}</p>`;

const HEADLINE = `<h2><a href="{{ story.url }}">{{ story.headline }}</a></h2>`;

const STORY = `${HEADLINE}<p>{{ story.dek }}</p>`;

const BUTTONS = `{% for button in buttons %}<p><a href="{{ button.url }}">{{ button.text }}</a></p>{% endfor %}`;

/**
 * Templates with all the words of a mail and no design. MJML takes ten milliseconds for a mail of the shipped templates
 * and two for one of these. Tests that are not about the look of a mail use these.
 */
export const PLAIN_TEMPLATES: Templates = {
  locales: SHIPPED_TEMPLATES.locales,
  mjml: {
    ...SHIPPED_TEMPLATES.mjml,
    digest: mail(`
      <p>{{ notice }}</p>${BUTTONS}
      <h1>{{ edition }}</h1><p>{{ date }}</p><p>{{ greeting }}</p>
      {% assign story = lead %}${STORY}
      {% for group in groups %}
        <h2>{{ group.name }}</h2>
        {% for story in group.stories %}${STORY}{% endfor %}
        {% if group.sponsored %}<p><a href="{{ sponsor.url }}">{{ sponsor.name }}</a> {{ sponsor.text }}</p>{% endif %}
      {% endfor %}
      {% for story in mostRecent.stories %}${HEADLINE}{% endfor %}
      {% if more %}<p><a href="{{ more.url }}">{{ more.text }}</a></p>{% endif %}`),
    letter: mail(`
      <h1>{{ title }}</h1><p>{{ intro }}</p>
      {% for fact in facts %}<h2>{{ fact.name }}</h2><p>{{ fact.text }}</p>{% endfor %}
      ${BUTTONS}
      <p>{{ ignore }}</p>`),
  },
};

function mail(content: string): string {
  return `<mjml lang="{{ language }}" dir="{{ direction }}">
    <mj-head><mj-title>{{ subject }}</mj-title><mj-preview>{{ preheader }}</mj-preview></mj-head>
    <mj-body><mj-raw>${content}${FOOTER}</mj-raw></mj-body>
  </mjml>`;
}
