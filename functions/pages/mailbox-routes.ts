import type { Context } from 'hono';
import type { Config } from '../config.ts';
import { NO_STORE } from '../shared/answer-json.ts';
import type { Templates } from '../shared/locale.ts';
import { type Mail, mailboxPage, mailPage } from './mailbox-pages.ts';
import { message, page } from './page-response.ts';
import { pageContext, readerLanguage } from './reader-language.ts';

/** Where the mails are that the local mailbox took. */
export type MailReader = {
  list(limit: number, after?: string): Promise<Mail[]>;
  get(id: string): Promise<Mail | undefined>;
};

const LISTED = 200;
/** As strange as a mail may be: it runs nothing, sends nothing, and is an origin of its own. */
const SANDBOX =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: http:; frame-ancestors 'self'";

export type MailboxPageServices = { config: Config; templates: Templates; mailbox: MailReader };

/** What the mailbox of one machine took, for people. */
export function mailboxHandlers({ config, templates, mailbox }: MailboxPageServices) {
  const reader = ({ req }: Context) => pageContext({ config, templates }, readerLanguage(config, req));

  return {
    async list(context: Context): Promise<Response> {
      const found = await mailbox.list(LISTED + 1, context.req.query('after'));
      const hasMore = found.length > LISTED;
      return page(mailboxPage(reader(context), found.slice(0, LISTED), hasMore), NO_STORE);
    },

    async mail(context: Context): Promise<Response> {
      const mail = await mailbox.get(context.req.param('id') ?? '');
      return mail
        ? page(mailPage(reader(context), mail), NO_STORE)
        : message(reader(context), 'not-found', 404);
    },

    async html(context: Context): Promise<Response> {
      const mail = await mailbox.get(context.req.param('id') ?? '');
      return mail
        ? page(inNewTabs(mail.html), { ...NO_STORE, 'content-security-policy': SANDBOX })
        : message(reader(context), 'not-found', 404);
    },
  };
}

/** A link of the mail opens a page of its own: within the frame it could not be used. */
function inNewTabs(html: string): string {
  return html.replace(/<head[^>]*>/i, (head) => `${head}<base target="_blank">`);
}
