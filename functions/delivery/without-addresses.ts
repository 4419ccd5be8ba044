/** What a mail server gives as its reason, to be kept: servers like to repeat the address, of which no more than a hash is. */
export function withoutAddresses(reason: string): string {
  return reason.replace(/[^\s<>]+@[^\s<>]+/g, '…');
}
