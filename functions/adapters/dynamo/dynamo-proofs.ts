import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { ProofStore, StoredProof } from '../../newsletter/proof-store.ts';
import { DAY_SECONDS } from '../../shared/clock.ts';
import { ConditionsFailed, getItem, isLive, type Table, transact } from './dynamo-client.ts';
import { proofKey } from './dynamo-keys.ts';
import { outboxPut } from './dynamo-outbox.ts';

/** As long as the mail provider remembers the key of a request. */
const KEPT_SECONDS = DAY_SECONDS;

export function dynamoProofs(table: Table): ProofStore {
  const { name } = table;
  return {
    async get(id, now) {
      const item = await getItem(table, proofKey(id));
      if (!isLive(item, now)) return undefined;
      return JSON.parse(brotliDecompressSync(item.z as Uint8Array).toString()) as StoredProof;
    },

    async put(proof) {
      const seconds = Math.floor(Date.parse(proof.askedAt) / 1000);
      const outboxId = `${proof.askedAt}#proof#${proof.id}`;
      const z = brotliCompressSync(JSON.stringify(proof), {
        params: { [constants.BROTLI_PARAM_QUALITY]: 5 },
      });
      try {
        await transact(table, [
          {
            Put: {
              TableName: name,
              Item: { ...proofKey(proof.id), z, expiresAt: seconds + KEPT_SECONDS },
              ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
              ExpressionAttributeValues: { ':now': seconds },
            },
          },
          outboxPut(name, outboxId, { kind: 'proof-asked', proofId: proof.id }),
        ]);
        return outboxId;
      } catch (error) {
        if (error instanceof ConditionsFailed) return undefined;
        throw error;
      }
    },
  };
}
