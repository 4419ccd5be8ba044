import { type Clock, DAY_SECONDS } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { type Pseudonyms, strangersKey, type Throttle } from '../shared/throttle.ts';
import { addressHash, inboxHash } from './email-address.ts';

/**
 * Anybody can make us mail a stranger by typing the stranger's address into a form. These limits keep such mails few.
 */

type LimitServices = { throttle: Throttle; clock: Clock; log: Log };

/**
 * How many mails one inbox may get in an hour. That is enough if one of them is lost, and too few to annoy somebody.
 */
const MAILS_AN_HOUR = 3;
/**
 * How many mails one client may ask for in an hour, whichever addresses they go to. A whole newsroom or school may
 * count as one client, so the number is not small.
 */
const MAILS_FOR_A_CLIENT_AN_HOUR = 20;
/**
 * How many mails all clients of one IPv6 /48 together may ask for in an hour. A customer of a provider can have a whole
 * /48, in which there are 65,536 networks that count as clients.
 */
const MAILS_FOR_A_NETWORK_AN_HOUR = 100;

/** Where a request comes from: a client, and the larger network of this client if somebody can have the whole of it. */
export type Client = { address: string; network?: string };

/**
 * Counts one more mail that a client asks for. Returns undefined if it may be sent, or else a sentence about the limit
 * that is reached. The mail is not counted then.
 */
export async function refusedMail(
  { throttle, links, clock }: Pick<LimitServices, 'throttle' | 'clock'> & { links: Pseudonyms },
  { address, network }: Client,
): Promise<string | undefined> {
  const now = clock();
  const ofClient = { key: strangersKey(links, 'client', address, now), max: MAILS_FOR_A_CLIENT_AN_HOUR };
  const ofNetwork = network !== undefined && {
    key: strangersKey(links, 'network', network, now),
    max: MAILS_FOR_A_NETWORK_AN_HOUR,
  };
  const reached = await throttle.count([ofClient, ...(ofNetwork ? [ofNetwork] : [])], now);
  if (!reached) return undefined;
  const whom = reached === ofClient ? 'client' : 'network';
  return `At most ${reached.max} mails an hour are sent for one ${whom}. Try again in an hour.`;
}

/**
 * Counts a mail that asks an address to confirm something. Returns undefined if the address may get no more mails this
 * hour. `what` names the mail in the log, such as `a sign-up`. The caller must not show the result to the person who
 * typed the address. `askedToday` is true if the address was asked before within a day. An address that bounced is then
 * not mailed: it may work again, but each mail to an address that does not exist costs us reputation with the mail
 * providers. All addresses are counted like this, because only addresses that were mailed can have bounced, and the work
 * must not tell which ones they are.
 */
export async function countConfirmation(
  services: LimitServices,
  address: string,
  what: string,
): Promise<{ askedToday: boolean } | undefined> {
  const { throttle, clock } = services;
  if (!(await countMail(services, address, what))) return undefined;
  const ofDay = { key: `day#${inboxHash(address)}`, max: 1, seconds: DAY_SECONDS };
  return { askedToday: (await throttle.count([ofDay], clock())) !== undefined };
}

/**
 * Counts a mail to an address. Returns false if the address may get no more mails this hour. Whether the address is
 * suppressed is checked later, when the letter is made. So the page answers equally fast for every address.
 */
export async function countMail(
  { throttle, clock, log }: LimitServices,
  address: string,
  what: string,
): Promise<boolean> {
  const ofHour = { key: `confirm#${inboxHash(address)}`, max: MAILS_AN_HOUR };
  if ((await throttle.count([ofHour], clock())) === undefined) return true;
  log.info(`no mail was sent for ${what}: the address has had enough mails this hour`, {
    address: addressHash(address).slice(0, 12),
  });
  return false;
}
