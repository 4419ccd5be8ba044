import { resendMailer } from '../adapters/resend/resend-mailer.ts';
import type { Config } from '../config.ts';
import { type Mailer, mailerWithoutAccount } from '../delivery/mailer.ts';
import type { Log } from '../shared/log.ts';

/**
 * Returns the mailer of a function that mails. A new deployment has no key of the mail provider until the operator has
 * filled in the secret. Everything else works until then, and nothing fails every minute.
 */
export function mailerOf({ config, log }: { config: Config; log: Log }): Mailer {
  if (config.resend) return resendMailer(config.resend);
  const reason = 'the secret has no resendApiKey: it must have one to send mail';
  log.warn(`no mail is sent: ${reason}`);
  return mailerWithoutAccount(reason);
}
