import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import type { Cdn } from '../../shared/outbox.ts';

/**
 * One path for everything: a story is in some twenty feeds in three formats and on pages, and CloudFront charges by the
 * path. What is then asked for again is answered with 304 or from the stored document.
 */
export function cloudFrontCdn(distributionId: string): Cdn {
  const client = new CloudFrontClient({});
  return {
    async invalidate(reference) {
      await client.send(
        new CreateInvalidationCommand({
          DistributionId: distributionId,
          // The same reference again is the same invalidation.
          InvalidationBatch: { CallerReference: reference, Paths: { Quantity: 1, Items: ['/*'] } },
        }),
      );
    },
  };
}
