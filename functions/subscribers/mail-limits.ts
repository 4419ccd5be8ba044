import { type Clock, DAY_SECONDS } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { Throttle } from '../shared/throttle.ts';
import { addressHash } from './email-address.ts';
import type { SubscriberStore } from './subscriber-store.ts';

/** Whom strangers can have us mail, by typing an address: few mails, and none to those who cannot or will not get them. */

type LimitServices = { subscribers: SubscriberStore; throttle: Throttle; clock: Clock; log: Log };

/** Mails that one address may be sent an hour: enough for a lost one, too few to annoy somebody with. */
const MAILS_AN_HOUR = 3;
/** Of an address that bounced: it may work again, and each mail to one that does not costs reputation. */
const MAILS_A_DAY_AFTER_A_BOUNCE = 1;

/** Whether it is not too often to ask an address to confirm something. Whoever typed it is told nothing. `what`, for the log: `a sign-up`. */
export async function mayConfirm(services: LimitServices, address: string, what: string): Promise<boolean> {
  const { subscribers, throttle, clock } = services;
  if (!(await mayTell(services, address, what))) return false;
  const hash = addressHash(address);
  const suppression = (await subscribers.suppressions([hash])).get(hash);
  if (
    suppression?.reason === 'bounced' &&
    !(await throttle.underLimit(`bounced#${hash}`, MAILS_A_DAY_AFTER_A_BOUNCE, clock(), DAY_SECONDS))
  )
    return unmailed(services, hash, what, 'its address bounced, and was mailed once today');
  return true;
}

/** Whether it is not too often. Whether the address may be mailed at all, the letter asks: the answer comes as fast for all. */
export async function mayTell(services: LimitServices, address: string, what: string): Promise<boolean> {
  const hash = addressHash(address);
  if (await services.throttle.underLimit(`confirm#${hash}`, MAILS_AN_HOUR, services.clock())) return true;
  return unmailed(services, hash, what, 'its address has had enough mails this hour');
}

function unmailed({ log }: LimitServices, hash: string, what: string, why: string): false {
  log.info(`${what} was not mailed: ${why}`, { address: hash.slice(0, 12) });
  return false;
}
