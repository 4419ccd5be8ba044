/** Rules for the HTML in a feed. Programs read it far from its page, and many run what they find in it. */

/** Elements that the W3C's service takes for harmless (its `validators.py`, acceptable_elements). */
const HARMLESS_ELEMENTS = new Set(
  `a abbr acronym address area article aside audio b bdi big blockquote br button canvas caption center cite code col
  colgroup command data datagrid datalist dd del details dfn dialog dir div dl dt em eventsource fieldset figcaption figure
  footer font form header h1 h2 h3 h4 h5 h6 hgroup hr i img input ins keygen kbd label legend li m main map mark menu meter
  multicol nav nextid ol output optgroup option p picture pre progress q rp rt ruby s samp section select small sound source
  spacer span strike strong sub summary sup table tbody td template textarea time tfoot th thead tr track tt u ul var video
  noscript wbr`.split(/\s+/),
);
/**
 * The attributes that a story could have, from acceptable_attributes in the same file. That list lacks `controls` by an
 * oversight. Without `controls` nobody could play what an editor embeds, so it is allowed here.
 */
const HARMLESS_ATTRIBUTES = new Set(
  `abbr align alt cite class clear color cols colspan controls data datetime dir disabled download for headers height
  hidden href hreflang id kind label lang list loading loop longdesc media muted name open poster preload rel reversed rows
  rowspan scope shape size sizes span src srclang srcset start summary title translate type value width`.split(
    /\s+/,
  ),
);
const ADDRESSES = ['href', 'src', 'poster', 'cite'];

/** Every attribute in a piece of HTML that has its attributes in double quotes. */
export function attributesIn(html: string): { name: string; value: string | undefined }[] {
  return [...html.matchAll(/<[a-z][^>]*>/gi)].flatMap(([tag]) =>
    [...tag.matchAll(/\s([^\s=">]+)(?:="([^"]*)")?/g)].map(([, name = '', value]) => ({
      name: name.toLowerCase(),
      value,
    })),
  );
}

export function htmlFaults(html: string): string[] {
  const elements = [...html.matchAll(/<([a-z][^\s/>]*)/gi)].map(([, name = '']) => name.toLowerCase());
  return [
    ...elements
      .filter((name) => !HARMLESS_ELEMENTS.has(name))
      .map((name) => `content: has a <${name}>, which readers may drop`),
    ...attributesIn(html).flatMap(({ name, value = '' }) => [
      ...(HARMLESS_ATTRIBUTES.has(name) || name === '/' ? [] : [`content: has the attribute ${name}`]),
      ...(ADDRESSES.includes(name) && !/^(?:https?|mailto|tel):/i.test(value)
        ? [`content: "${value}" is not absolute`]
        : []),
    ]),
  ];
}
