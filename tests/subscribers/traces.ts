import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import type { World } from '../support/installation.ts';

export type StoredItem = Record<string, unknown> & { pk: string; sk: string };

/** Returns every item of the table that contains an address, its hash or a subscriber's id. */
export async function tracesOf(world: World, addresses: string[], ids: string[]): Promise<StoredItem[]> {
  const items: StoredItem[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { client, name } = world.table;
    const page = await client.send(new ScanCommand({ TableName: name, ExclusiveStartKey: start }));
    items.push(...((page.Items ?? []) as StoredItem[]));
    start = page.LastEvaluatedKey;
  } while (start);
  const words = [...addresses, ...addresses.map(addressHash), ...ids];
  return items.filter((item) => words.some((word) => JSON.stringify(item).includes(word)));
}

type Stays = { when: RegExp; of: 'ids' | 'hash'; without?: RegExp };

/**
 * What may be left of somebody who was erased. Each key says why. An item of `ids` may have an id, but no address and
 * no hash of an address. An item of `hash` may have the hash, but no address and no id.
 */
const MAY_STAY: Record<string, Stays> = {
  'so that no import brings the address back': { when: /^SUPPRESSED#[^ ]+ -$/, of: 'hash' },
  'whom an issue went to: an id which leads to nobody, since nothing else has it': {
    when: /^ISSUE#[^ ]+ (?:BATCH|UNCERTAIN|PLAN)#/,
    of: 'ids',
  },
  'what became of a mail that was under way, so that it counts once: the same id': {
    when: /^REACTIONS#/,
    of: 'ids',
    without: /opened|clicked|unsubscribed/,
  },
  'what a reader asked for within the hour': { when: /^THROTTLE#(?:preferences|address)#/, of: 'ids' },
  'mails to the address, within the hour or the day: else an erasure would be the way round it': {
    when: /^THROTTLE#(?:confirm|day)#/,
    of: 'hash',
  },
};

/** Returns the keys of the items that an erasure should have erased and did not. */
export async function leftOf(world: World, addresses: string[], ids: string[]): Promise<string[]> {
  const named = {
    ids: addresses.flatMap((address) => [address, addressHash(address)]),
    hash: [...addresses, ...ids],
  };
  const items = await tracesOf(world, addresses, ids);
  return items
    .filter((item) => {
      const stays = Object.values(MAY_STAY).find(({ when }) => when.test(`${item.pk} ${item.sk}`));
      const text = JSON.stringify(item);
      return !stays || stays.without?.test(text) || named[stays.of].some((word) => text.includes(word));
    })
    .map(({ pk, sk }) => `${pk} ${sk}`);
}
