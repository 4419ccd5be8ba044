import { type Context, Hono } from 'hono';
import type { Config } from '../config.ts';
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
const PRIVATE = { 'cache-control': 'no-store' };
/** As strange as a mail may be: it runs nothing, sends nothing, and is an origin of its own. */
const SANDBOX =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: http:; frame-ancestors 'self'";

export function mailboxRoutes({
  config,
  templates,
  mails,
}: {
  config: Config;
  templates: Templates;
  mails: MailReader;
}): Hono {
  const app = new Hono();
  const reader = (context: Context) =>
    pageContext({ config, templates }, readerLanguage(config, context.req));

  app.get('/mailbox', async (context) => {
    const found = await mails.list(LISTED + 1, context.req.query('after'));
    const hasMore = found.length > LISTED;
    return page(mailboxPage(reader(context), found.slice(0, LISTED), hasMore), PRIVATE);
  });
  app.get('/mailbox/:id', async (context) => {
    const mail = await mails.get(context.req.param('id'));
    return mail ? page(mailPage(reader(context), mail), PRIVATE) : message(reader(context), 'not-found', 404);
  });
  app.get('/mailbox/:id/html', async (context) => {
    const mail = await mails.get(context.req.param('id'));
    return mail
      ? page(inNewTabs(mail.html), { ...PRIVATE, 'content-security-policy': SANDBOX })
      : message(reader(context), 'not-found', 404);
  });
  return app;
}

/** A link of the mail opens a page of its own: within the frame it could not be used. */
function inNewTabs(html: string): string {
  return html.replace(/<head[^>]*>/i, (head) => `${head}<base target="_blank">`);
}
