/** The stories that the editor posts. */

export const FERRY = {
  id: 'ferry',
  title: 'El ferri “Ñandú” vuelve 🛥️',
  content: { html: '<p>After two years the ferry sails again.</p>' },
  language: 'en',
  section: 'Harbour',
};

export const FERRY_IN_SPANISH = {
  id: 'transbordador',
  title: 'Vuelve el transbordador',
  content: { markdown: 'Tras dos años.' },
  language: 'es',
  section: 'Harbour',
  translationOf: 'ferry',
};

export const BUDGET = {
  id: 'budget',
  title: 'The budget',
  content: { markdown: 'At noon.' },
  language: 'en',
  section: 'Politics',
};
