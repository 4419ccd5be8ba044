import { type Clock, DAY_SECONDS } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { Throttle } from '../shared/throttle.ts';
import { addressHash } from './email-address.ts';
import type { SubscriberStore } from './subscriber-store.ts';
import { suppressionOf } from './suppression.ts';

/**
 * Anybody can make us mail a stranger by typing the stranger's address into a form. These limits keep such mails few.
 */

type LimitServices = { subscribers: SubscriberStore; throttle: Throttle; clock: Clock; log: Log };

/**
 * How many mails one address may get in an hour. That is enough if one of them is lost, and too few to annoy somebody.
 */
const MAILS_AN_HOUR = 3;
/**
 * How many mails an address that bounced may get in a day. The address may work again, but each mail to an address that
 * does not exist costs us reputation with the mail providers.
 */
const MAILS_A_DAY_AFTER_A_BOUNCE = 1;

/**
 * How many mails one client may ask for in an hour, whichever addresses they go to. A whole newsroom or school may
 * count as one client, so the number is not small.
 */
export const MAILS_FOR_A_CLIENT_AN_HOUR = 20;

/**
 * Decides whether a client may ask for one more mail this hour, and counts the mail. `client` is a pseudonym of its
 * network.
 */
export function mayAskForMail(
  { throttle, clock }: Pick<LimitServices, 'throttle' | 'clock'>,
  client: string,
): Promise<boolean> {
  return throttle.underLimit(`client#${client}`, MAILS_FOR_A_CLIENT_AN_HOUR, clock());
}

/**
 * Decides whether an address may be asked once more to confirm something, and counts the mail. The caller must not show
 * the answer to the person who typed the address. `what` names the mail in the log, such as `a sign-up`.
 */
export async function mayConfirm(services: LimitServices, address: string, what: string): Promise<boolean> {
  const { subscribers, throttle, clock } = services;
  if (!(await mayMail(services, address, what))) return false;
  const hash = addressHash(address);
  const suppression = await suppressionOf(subscribers, hash);
  if (
    suppression?.reason === 'bounced' &&
    !(await throttle.underLimit(`bounced#${hash}`, MAILS_A_DAY_AFTER_A_BOUNCE, clock(), DAY_SECONDS))
  )
    return refuseMail(services, hash, what, 'the address bounced before and has had its one mail of today');
  return true;
}

/**
 * Decides whether an address may get one more mail this hour, and counts the mail. Whether the address is suppressed is
 * checked later, when the letter is made. So the page answers equally fast for every address.
 */
export async function mayMail(services: LimitServices, address: string, what: string): Promise<boolean> {
  const hash = addressHash(address);
  if (await services.throttle.underLimit(`confirm#${hash}`, MAILS_AN_HOUR, services.clock())) return true;
  return refuseMail(services, hash, what, 'the address has had enough mails this hour');
}

function refuseMail({ log }: LimitServices, hash: string, what: string, why: string): false {
  log.info(`no mail was sent for ${what}: ${why}`, { address: hash.slice(0, 12) });
  return false;
}
