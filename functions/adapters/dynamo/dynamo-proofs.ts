import type { ProofStore, StoredProof } from '../../newsletter/proof-store.ts';
import { KEY_SECONDS } from '../../shared/idempotency-key.ts';
import {
  brotlied,
  getItem,
  isLive,
  isNewOrExpired,
  secondsOf,
  type Table,
  unbrotlied,
} from './dynamo-client.ts';
import { proofKey } from './dynamo-keys.ts';
import { outboxPut, transactIf } from './dynamo-requests.ts';

export function dynamoProofs(table: Table): ProofStore {
  const { name } = table;
  return {
    async get(id, now) {
      const item = await getItem(table, proofKey(id));
      return isLive(item, now) ? unbrotlied<StoredProof>(item.z) : undefined;
    },

    async put(proof) {
      const now = Date.parse(proof.askedAt);
      const outboxId = `${proof.askedAt}#proof#${proof.id}`;
      const Item = { ...proofKey(proof.id), z: brotlied(proof), expiresAt: secondsOf(now) + KEY_SECONDS };
      const isStored = await transactIf(table, [
        { Put: { TableName: name, Item, ...isNewOrExpired(now) } },
        outboxPut(name, outboxId, { kind: 'proof-asked', proofId: proof.id }),
      ]);
      return isStored ? outboxId : undefined;
    },
  };
}
