import { type Config, NO_API_KEY } from '../config.ts';
import { isLoopback } from '../shared/loopback.ts';

/**
 * Says by what mails or pages can reach real readers, as a clause such as "RESEND_API_KEY is set". Returns undefined on
 * a machine where somebody only tries Broadsheet.
 */
export function wayToReaders({ resend, baseUrl }: Pick<Config, 'resend' | 'baseUrl'>): string | undefined {
  if (resend && resend.baseUrl === undefined) return 'RESEND_API_KEY is set, so mails go to real readers';
  if (resend?.baseUrl !== undefined && isElsewhere(resend.baseUrl))
    return `RESEND_BASE_URL is "${resend.baseUrl}", so mails go to real readers`;
  return isElsewhere(baseUrl) ? `BROADSHEET_URL is "${baseUrl}", which real readers can open` : undefined;
}

/**
 * Says why there must be no sample stories and readers, or returns undefined if there may be some. An API key is a
 * reason even if the mails go to a server on this machine.
 */
export function whyNoSamples(config: Pick<Config, 'resend' | 'baseUrl'>): string | undefined {
  const hasKey = config.resend !== undefined && config.resend.apiKey !== NO_API_KEY;
  return wayToReaders(config) ?? (hasKey ? 'RESEND_API_KEY is set' : undefined);
}

function isElsewhere(url: string): boolean {
  return !isLoopback(new URL(url).hostname);
}
