import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import type { Cdn } from '../../shared/outbox.ts';

/**
 * Invalidates the whole cache with one path. A story is on pages and in some twenty feeds in three formats, and
 * CloudFront charges for every path of an invalidation. Requests that then reach the function again are cheap, because
 * the function answers with 304 or with the stored document.
 */
export function cloudFrontCdn(distributionId: string): Cdn {
  const client = new CloudFrontClient({});
  return {
    async invalidate(reference) {
      await client.send(
        new CreateInvalidationCommand({
          DistributionId: distributionId,
          // CloudFront takes a second request with the same reference for the same invalidation, so a repeated message
          // costs nothing.
          InvalidationBatch: { CallerReference: reference, Paths: { Quantity: 1, Items: ['/*'] } },
        }),
      );
    },
  };
}
