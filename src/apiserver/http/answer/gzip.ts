import { gzip } from 'node:zlib'

/** What is smaller is sent as it is: Kubernetes' number, octets. */
const SMALLEST = 128 * 1024

/** As Kubernetes reads it: the bare word, in a list. */
const isAccepted = (acceptEncoding: string | readonly string[] | undefined): boolean =>
  String(acceptEncoding ?? '')
    .split(',')
    .some((token) => token.trim() === 'gzip')

/** The body in gzip, by the quickest level; undefined where it is small, or its client does not read that. */
export const gzipped = async (
  acceptEncoding: string | readonly string[] | undefined,
  body: string | Uint8Array,
): Promise<Buffer | undefined> => {
  if (body.length <= SMALLEST || !isAccepted(acceptEncoding)) return undefined
  return new Promise((resolve, reject) => {
    gzip(body, { level: 1 }, (error, packed) => (error ? reject(error) : resolve(packed)))
  })
}
