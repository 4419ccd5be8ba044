/**
 * The language that an article counts for: the publication's own that fits best (RFC 4647, 3.4: `en-GB` falls back to
 * `en`), else the bare language, so that a guest story in Portuguese has a feed too. `tag` is canonical BCP 47.
 */
export function publicationLanguage(tag: string, languages: string[]): string {
  const parts = tag.split('-');
  for (let length = parts.length; length > 0; length--) {
    const candidate = parts.slice(0, length).join('-');
    if (languages.includes(candidate)) return candidate;
  }
  return (parts[0] ?? tag).toLowerCase();
}
