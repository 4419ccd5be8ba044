import type { Article } from '../../functions/articles/article.ts';
import { personalise } from '../../functions/mails/placeholders.ts';
import type { DigestInput, RenderedMail } from '../../functions/mails/render-digest.ts';
import type { RuledMail } from './mail-rules.ts';
import { aConfirmation, aDigest, aLetter, aStory, publication } from './mails.ts';

type Compose = (language: string) => Promise<RuledMail>;

/** Renders each kind of mail with everything that it can have, in a language. A new kind of mail is a new line here. */
const EVERY: Record<string, Compose> = {
  digest: (language) => digest({ language }),
  'digest by sections, with a logo': (language) =>
    digest({ language, layout: 'sections', publication: withLogo }),
  'digest of one story': (language) =>
    digest({ language, stories: storiesIn(language).slice(0, 1), mostRecent: [] }),
  'draft to editors': (language) =>
    digest({
      language,
      notice: { es: 'Borrador: sale a las 7:30.' }[language] ?? 'Draft: it goes out at 07:30.',
      buttons: [
        {
          text: language === 'es' ? 'Aprobar' : 'Approve',
          url: 'https://news.example/issues/review?token=YQ.Yg',
        },
        {
          text: language === 'es' ? 'Retener' : 'Hold',
          url: 'https://news.example/issues/review?token=Yg.Yw',
        },
      ],
    }),
  welcome: (language) =>
    digest({ language, greeting: language === 'es' ? 'Le damos la bienvenida.' : 'Welcome aboard.' }),
  confirmation: (language) => aConfirmation({ language }),
  letter: (language) =>
    language === 'es' ? aLetter({ language, ...SPANISH_LETTER }) : aLetter({ language }),
};

/** The same kinds of mails. A mail is rendered once in each language, however many tests look at it. */
export const KINDS: Record<string, Compose> = Object.fromEntries(
  Object.entries(EVERY).map(([kind, compose]) => [kind, once(compose)]),
);

function once(compose: Compose): Compose {
  const rendered = new Map<string, Promise<RuledMail>>();
  return (language) => {
    const mail = rendered.get(language) ?? compose(language);
    rendered.set(language, mail);
    return mail;
  };
}

export const LANGUAGES = ['en', 'es', 'ar'];

const withLogo = {
  ...publication,
  mail: { ...publication.mail, logo: { url: 'https://images.example/logo.png', width: 320, height: 64 } },
};

/** Renders a digest as a reader gets it, with links and headers of that reader. */
async function digest(fields: Partial<DigestInput> & { language: string }): Promise<RuledMail> {
  const stories = storiesIn(fields.language);
  const mostRecent = stories.slice(0, 3).map((story) => ({ ...story, id: `${story.id}-recent` }));
  const mail = await aDigest({ stories, mostRecent, ...fields });
  const links = {
    unsubscribe: `https://news.example/unsubscribe?token=${'u'.repeat(120)}`,
    preferences: `https://news.example/subscriptions/manage?token=${'p'.repeat(120)}`,
  };
  const part = (name: 'html' | 'text') => personalise(mail[name], links);
  return {
    ...mail,
    html: part('html'),
    text: part('text'),
    headers: {
      'List-Unsubscribe': `<${links.unsubscribe}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  } satisfies RenderedMail & RuledMail;
}

/**
 * Returns stories of many kinds: a usual one, long headlines and words, no dek, no section, no photo, an upright photo.
 */
function storiesIn(language: string): Article[] {
  const { title, summary, word, alt, caption, related } = WORDS[language as keyof typeof WORDS];
  const image = {
    url: 'https://images.example/a.jpg?w=1200&h=800',
    alt,
    caption,
    credit: 'Mara Obi',
    width: 1200,
    height: 800,
  };
  const { image: _, ...bare } = aStory({ title, summary: '', html: '', section: '' });
  const links = [1, 2, 3].map((n) => ({ title: related, url: `https://paper.example/related-${n}?a=1&b=2` }));
  return [
    aStory({ title, summary, image, related: links }),
    aStory({ title: `${title} `.repeat(20), summary: `${summary} `.repeat(9), section: 'Politics', image }),
    aStory({
      title: word.repeat(9),
      summary: word.repeat(15),
      section: 'Culture',
      image: { ...image, width: 800, height: 1600 },
    }),
    bare,
    aStory({ title, summary, section: 'Business', image: { url: image.url, alt: '' } }),
    aStory({ title, summary, section: word.repeat(3), image: { ...image, width: 60, height: 60 } }),
  ].map((story, n) => ({
    ...story,
    id: `story-${n}`,
    language,
    url: `https://paper.example/story-${n}?a=1&b=2`,
  }));
}

const WORDS = {
  en: {
    title: 'The ferry returns',
    summary: 'The first boat left at dawn with forty commuters and a brass band.',
    word: 'Counterrevolutionaries',
    alt: 'A white ferry, gulls above',
    caption: 'The Sea Lark leaves the north pier.',
    related: 'What the strike cost the islands',
  },
  es: {
    title: 'Vuelve el transbordador',
    summary: 'El primer barco salió al amanecer con cuarenta pasajeros y una banda.',
    word: 'Electroencefalografista',
    alt: 'Un transbordador blanco y gaviotas',
    caption: 'El Alondra deja el muelle norte.',
    related: 'Lo que costó la huelga a las islas',
  },
  ar: {
    title: 'العبّارة تعود إلى الخدمة',
    summary: 'غادر أول قارب عند الفجر وعلى متنه أربعون راكبا وفرقة نحاسية كاملة.',
    word: 'أفاستسقيناكموها',
    alt: 'عبّارة بيضاء فوقها نوارس',
    caption: 'القبّرة تغادر الرصيف الشمالي.',
    related: 'كم كلّف الإضراب الجزر',
  },
};

const SPANISH_LETTER = {
  subject: 'Sus boletines de El Heraldo del Lago',
  preheader: 'Nos pidió la página donde elige lo que recibe de nosotros.',
  title: 'Administre sus suscripciones',
  intro: 'Nos pidió la página donde elige qué boletines recibe.',
  facts: [{ name: 'Primera luz', text: 'En español, sobre Puerto y Cultura' }],
  buttons: [
    { text: 'Abrir la página', url: 'https://news.example/subscriptions/manage?token=cmVhZGVyLTE.c2ln&x=1' },
    { text: 'Dejar todos los boletines', url: 'https://news.example/unsubscribe?token=YWxs.c2ln' },
  ],
  ignore: 'Si no ha sido usted, no haga caso de este correo: nadie más tiene el enlace.',
  why: 'Recibe este correo porque alguien escribió su dirección en nuestra página.',
  links: [{ text: 'Cambiar lo que recibe', url: 'https://news.example/subscriptions/manage?token=a.b' }],
};
