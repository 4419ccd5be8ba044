import type { Context } from 'hono';
import type { Config } from '../config.ts';
import { NO_STORE } from '../shared/answer-json.ts';
import type { Clock } from '../shared/clock.ts';
import type { Templates } from '../shared/locale.ts';
import { type Mail, mailboxPage, mailPage } from './mailbox-pages.ts';
import { message, page } from './page-response.ts';
import { pageContext, readerLanguage } from './reader-language.ts';

/** Reads the mails that the mailbox of one machine took. */
export type MailReader = {
  list(limit: number, now: number, after?: string): Promise<Mail[]>;
  get(id: string, now: number): Promise<Mail | undefined>;
};

const LISTED = 200;
/** Whatever a mail contains, it can run no script, send nothing, and reach nothing of this site. */
const SANDBOX =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: http:; frame-ancestors 'self'";

export type MailboxPageServices = {
  config: Config;
  templates: Templates;
  mailbox: MailReader;
  clock: Clock;
};

/** Handlers for the pages of the mailbox. */
export function mailboxHandlers({ config, templates, mailbox, clock }: MailboxPageServices) {
  const reader = ({ req }: Context) => pageContext({ config, templates }, readerLanguage(config, req));

  return {
    async list(context: Context): Promise<Response> {
      const found = await mailbox.list(LISTED + 1, clock(), context.req.query('after'));
      const hasMore = found.length > LISTED;
      return page(mailboxPage(reader(context), found.slice(0, LISTED), hasMore), NO_STORE);
    },

    async mail(context: Context): Promise<Response> {
      const mail = await mailbox.get(context.req.param('id') ?? '', clock());
      return mail
        ? page(mailPage(reader(context), mail), NO_STORE)
        : message(reader(context), 'not-found', 404);
    },

    async html(context: Context): Promise<Response> {
      const mail = await mailbox.get(context.req.param('id') ?? '', clock());
      return mail
        ? page(inNewTabs(mail.html), { ...NO_STORE, 'content-security-policy': SANDBOX })
        : message(reader(context), 'not-found', 404);
    },
  };
}

/**
 * Makes the links of a mail open in a new tab. Inside the frame, its sandbox would keep the pages behind the links from
 * working.
 */
function inNewTabs(html: string): string {
  return html.replace(/<head[^>]*>/i, (head) => `${head}<base target="_blank">`);
}
