/** Accept headers of programs, and whether each program is given the page or the document at the address of a feed. */
export const ACCEPT_HEADERS: [who: string, accept: string | undefined, given: 'page' | 'document'][] = [
  ['no header', undefined, 'document'],
  ['an empty header', '', 'document'],
  ['curl, and most feed readers', '*/*', 'document'],
  // https://fetch.spec.whatwg.org/#document-accept-header-value
  ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'page'],
  [
    'Firefox',
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/png,image/svg+xml,*/*;q=0.8',
    'page',
  ],
  [
    'Chrome',
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
    'page',
  ],
  ['Lynx', 'text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01', 'page'],
  ['HTML alone', 'text/html', 'page'],
  ['HTML in capitals', 'TEXT/HTML', 'page'],
  ['HTML with a parameter', 'text/html; charset=utf-8, */*;q=0.1', 'page'],
  [
    'HTML with the highest weight, but in the last place',
    'application/rss+xml;q=0.2, text/html;q=0.3',
    'page',
  ],
  ['white space wherever it is allowed', ' application/xml ; q=0.5 , text/html ; q=0.6', 'page'],
  [
    'Python feedparser',
    'application/atom+xml,application/rdf+xml,application/rss+xml,application/x-netcdf,application/xml;q=0.9,text/xml;q=0.2,*/*;q=0.1',
    'document',
  ],
  [
    'Miniflux',
    'application/xml, application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, text/html, */*;q=0.9',
    'document',
  ],
  ['a feed reader that names HTML first', 'text/html, application/atom+xml', 'document'],
  ['a feed reader for JSON Feed', 'application/feed+json, application/json, text/html;q=0.9', 'document'],
  ['a feed reader that would also take a page', 'text/xml, text/html;q=0.5', 'document'],
  ['HTML and anything else with the same weight', 'text/html, */*', 'document'],
  ['a browser before 2012', 'application/xml,application/xhtml+xml,text/html;q=0.9,*/*;q=0.5', 'document'],
  ['no HTML at all', 'text/html;q=0, */*', 'document'],
  ['no HTML at all, in thousandths', 'text/html;q=0.000', 'document'],
  ['text of any kind', 'text/*', 'document'],
  ['XHTML alone', 'application/xhtml+xml', 'document'],
  ['a type that ends like HTML', 'x-text/html-sandboxed', 'document'],
  ['a weight that is no number', 'text/html;q=high', 'document'],
];
