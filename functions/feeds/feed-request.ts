/** The headers of a request that decide what it is answered; undefined: it has none of the name. */
export type FeedRequest = {
  accept?: string | undefined;
  acceptEncoding?: string | undefined;
  ifNoneMatch?: string | undefined;
  ifModifiedSince?: string | undefined;
  /** RFC 3229: which instance manipulations the reader understands. */
  aIm?: string | undefined;
};

type HeadersByName = Partial<
  Record<'accept' | 'accept-encoding' | 'if-none-match' | 'if-modified-since' | 'a-im', string | undefined>
>;

/** From headers by their names in lower case. */
export function feedRequest(headers: HeadersByName): FeedRequest {
  return {
    accept: headers.accept,
    acceptEncoding: headers['accept-encoding'],
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSince: headers['if-modified-since'],
    aIm: headers['a-im'],
  };
}
