/**
 * The name of a section, tag or author as it stands in a path: lower case, accents removed, the rest to hyphens.
 * `López Obrador` → `lopez-obrador`. Letters of other scripts stay (`تعلیم`, `政治`), or such tags would have no feed.
 * Empty when the name has no letter and no digit. Names that are the same for so long share a slug.
 */
export function slugOf(name: string): string {
  const whole = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return [...whole].slice(0, MAX_CHARACTERS).join('').replace(/-+$/, '');
}

/** Whether some name has this slug. */
export function isSlug(text: string): boolean {
  return text !== '' && slugOf(text) === text;
}

/** Four bytes each and percent-encoded, with room to spare in a DynamoDB key (2,048 bytes) and in a URL. */
const MAX_CHARACTERS = 150;
