import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';

/**
 * Large values are stored as compressed JSON, because an item has at most 400 KB and DynamoDB charges by the kilobyte.
 * Articles and feeds use gzip; issues, proofs and mails use brotli. Stored items are read in the format in which they were
 * written, so neither format can be given up without rewriting them.
 */

export function gzipped(value: unknown): Uint8Array {
  return gzipSync(JSON.stringify(value));
}

export function gunzipped<T>(bytes: unknown): T {
  return JSON.parse(gunzipSync(bytes as Uint8Array).toString()) as T;
}

export function brotlied(value: unknown): Uint8Array {
  return brotliCompressSync(JSON.stringify(value), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}

export function unbrotlied<T>(bytes: unknown): T {
  return JSON.parse(brotliDecompressSync(bytes as Uint8Array).toString()) as T;
}
