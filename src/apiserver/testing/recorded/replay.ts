import { request } from 'node:http'
import { bodyOf, type RecordedCase } from './recorded-case.ts'

interface Answer {
  readonly status: number
  /** The Warning header; '' where there is none. */
  readonly warning: string
  /** Parsed where it is one JSON document. */
  readonly body: unknown
}

/** Long enough for a watch that was recorded with its own end. */
const MOST_MILLISECONDS = 10_000

/** Sends a recorded request to a server that listens on a Unix socket. Rejects where no whole answer comes in ten seconds. */
export const replay = (socketPath: string, one: RecordedCase): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const text = bodyOf(one)
    const sent =
      text === undefined
        ? {}
        : { 'content-type': one.type ?? 'application/json', 'content-length': Buffer.byteLength(text) }
    const headers = { accept: one.accept ?? 'application/json', 'user-agent': 'record', ...one.headers, ...sent }
    const signal = AbortSignal.timeout(MOST_MILLISECONDS)
    const call = request({ socketPath, method: one.method, path: one.path, headers, signal }, async (response) => {
      try {
        const chunks: Buffer[] = []
        for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
        const { statusCode: status = 0, headers: answered } = response
        const warning = answered.warning ?? ''
        resolve({ status, warning, body: parsed(Buffer.concat(chunks).toString()) })
      } catch (error) {
        reject(error)
      }
    })
    call.on('error', reject)
    call.end(text)
  })

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
