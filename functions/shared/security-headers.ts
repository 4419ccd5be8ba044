/**
 * Headers of every answer. No browser may guess another type than the one that is said. If the base URL is https, a browser
 * comes back over https for a year (RFC 6797). CloudFront adds the same two (`infra/edge.ts`).
 */
export function securityHeaders({ baseUrl }: { baseUrl: string }): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    ...(baseUrl.startsWith('https:') && { 'strict-transport-security': 'max-age=31536000' }),
  };
}
