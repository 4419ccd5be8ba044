import * as z from 'zod';
import { parseTimeZone } from '../shared/local-time.ts';
import { isMailDomain, parseNamedAddress } from '../shared/named-address.ts';
import { cronFault } from './schedule.ts';

/** The types of values in the settings. The message of each says what is allowed. */

export const languageTag = z.string().refine(isCanonicalTag, {
  message: 'must be a language tag in its canonical form, such as "en", "es" or "pt-BR" (BCP 47)',
});
export const slug = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, {
  message: 'must be lower-case letters, digits and single hyphens, such as "city-hall"',
});
export const oneLine = (max: number) =>
  z
    .string()
    .trim()
    .min(1, { message: 'must not be empty' })
    .max(max, { message: `must be at most ${max} characters` })
    .refine((text) => !/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(text), {
      message: 'must be one line without control characters or other characters that XML does not allow',
    });
export const inLanguages = <T extends z.ZodType<string>>(text: T) => z.record(languageTag, text);
export const localised = (max: number) => inLanguages(oneLine(max));
/** A text that may have the given names in braces, and no other ones. */
export const template = (max: number, names: readonly string[]) =>
  oneLine(max).superRefine((text, context) => {
    const allowed = names.map((name) => `{${name}}`).join(', ');
    const unknown = [...text.matchAll(/\{([^{}]*)\}/g)].filter(([, name = '']) => !names.includes(name));
    for (const [placeholder] of unknown)
      context.addIssue({
        code: 'custom',
        message: `has ${placeholder}, which is not known; allowed are ${allowed}`,
      });
    if (/[{}]/.test(text.replace(/\{[^{}]*\}/g, '')))
      context.addIssue({
        code: 'custom',
        message: `has a brace without a matching one; allowed are ${allowed}`,
      });
  });
export const day = z.iso.date({ message: 'must be a day, such as "2026-11-22"' });
/** A picture. Every feed reader shows GIF, JPEG and PNG (RSS 2.0, image). */
export const picture = z
  .url({ protocol: /^https?$/, message: 'must be an absolute http or https URL' })
  .refine((url) => !/\.(?!(?:gif|jpe?g|png)$)\w+$/i.test(URL.parse(url)?.pathname ?? ''), {
    message: 'must be the absolute http or https URL of a GIF, JPEG or PNG',
  });
/** A picture in mails. Mail programs refuse pictures over http or warn of them. */
export const httpsPicture = picture.refine((url) => url.startsWith('https:'), {
  message: 'must be an https URL: mail programs fetch pictures over https only',
});
export const httpsUrl = z.url({ protocol: /^https$/, message: 'must be an absolute https URL' });
/**
 * A mail address, with or without a name. The domain may have letters beyond ASCII. Mails carry it in its ASCII form, and
 * the name in quotes where it needs them.
 */
export const namedAddress = oneLine(320)
  .refine((text) => parseNamedAddress(text) !== undefined, {
    message:
      'must be an address, "news@paper.example", or a name and an address, "The Paper <news@paper.example>", and only one. Before the @ there must be no brackets, quotes, commas or spaces',
  })
  .refine((text) => !/[\u202a-\u202e\u2066-\u2069]/.test(text), {
    message: 'must not change the direction of text (U+202A to U+202E, U+2066 to U+2069)',
  })
  .refine((text) => isMailDomain(domainOf(parseNamedAddress(text)?.address ?? 'a@b.example')), {
    message: 'must have a domain after the @, such as paper.example or españa.example',
  });
/** A mail address without a name. */
export const mailAddress = (max: number) =>
  oneLine(max).refine(
    (text) => {
      const read = parseNamedAddress(text);
      return read?.address === text && isMailDomain(domainOf(text));
    },
    { message: 'must be an address, such as "podcast@paper.example"' },
  );
export const timeZone = z.string().refine((name) => parseTimeZone(name) !== undefined, {
  message: 'must be a time zone of the IANA database, such as "America/New_York"',
});
export const cron = z.string().superRefine((expression, context) => {
  const message = cronFault(expression);
  if (message) context.addIssue({ code: 'custom', message });
});
export const wholeNumber = (min: number, max: number) =>
  z
    .number()
    .int({ message: 'must be a whole number' })
    .min(min, { message: `must be from ${min} to ${max}` })
    .max(max, { message: `must be from ${min} to ${max}` });

export function isCanonicalTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag)[0] === tag;
  } catch {
    return false;
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
