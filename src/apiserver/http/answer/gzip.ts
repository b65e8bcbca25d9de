import type { ServerResponse } from 'node:http'
import { gzip } from 'node:zlib'

/** What is smaller is sent as it is: Kubernetes' number, octets. */
const SMALLEST = 128 * 1024
/** As Kubernetes: the processor is dearer than the network. */
export const QUICKEST = { level: 1 }

/** As Kubernetes reads it: the bare word, in a list. */
export const acceptsGzip = (acceptEncoding: string | readonly string[] | undefined): boolean =>
  String(acceptEncoding ?? '')
    .split(',')
    .some((token) => token.trim() === 'gzip')

/** Says that what comes is compressed. */
export const setGzip = (response: ServerResponse): void => {
  response.setHeader('Content-Encoding', 'gzip')
  response.appendHeader('Vary', 'Accept-Encoding')
}

/** The body in gzip; undefined where it is small, or its client does not read that. */
export const gzipped = async (
  acceptEncoding: string | readonly string[] | undefined,
  body: string | Uint8Array,
): Promise<Buffer | undefined> => {
  if (body.length <= SMALLEST || !acceptsGzip(acceptEncoding)) return undefined
  return new Promise((resolve, reject) => {
    gzip(body, QUICKEST, (error, packed) => (error ? reject(error) : resolve(packed)))
  })
}
