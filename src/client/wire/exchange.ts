import type { IncomingMessage } from 'node:http'
import { type Clock, sleep } from '#clock/clock.ts'
import { ApiError } from '../client.ts'
import { refusalOf } from './refusal.ts'
import { type Transport, TransportError, unreachable } from './transport.ts'

export const JSON_TYPE = 'application/json'

/** What a client that asks over a network keeps to, and one on the server's own machine does without. */
export interface Remote {
  readonly clock: Clock
  readonly random: () => number
  /** Kinds that have a form in protobuf are read in it, where the server has it. */
  readonly protobuf?: boolean
  /** First states come by a watch (KEP-3157), where the server has it. */
  readonly watchList?: boolean
}

interface Request {
  readonly method: string
  readonly path: string
  readonly accept: string
  readonly body?: unknown
  readonly contentType?: string | undefined
}

/** An answer, whole: a success. */
export interface Reply {
  readonly code: number
  readonly contentType: string
  readonly body: Buffer
}

/** A server that says nothing for so long is not waited for, milliseconds. */
const SILENCE = 60_000
/** Servers that are busy are asked so often in all. */
const MOST_TRIES = 5
/** A transport with many servers could try for ever. */
const MOST_RECOVERIES = 5

type Exchange = (request: Request) => Promise<Reply>

/**
 * One request, and its answer. Rejects with an ApiError where the server refused, or a TransportError. A remote server
 * that asks to be left alone for a while (429, or 503 with Retry-After) is asked again then: it has done nothing.
 */
export const exchangeOver =
  (transport: Transport, agent: string, remote?: Remote): Exchange =>
  async (request) => {
    for (let tries = 1; ; tries++) {
      try {
        return await sendOnce(transport, agent, request, remote !== undefined, 0)
      } catch (error) {
        const wait = error instanceof ApiError ? error.retryAfter : undefined
        if (remote === undefined || wait === undefined || tries === MOST_TRIES) throw error
        await sleep(remote.clock, wait * (1 + remote.random() / 2))
      }
    }
  }

const sendOnce = (
  transport: Transport,
  agent: string,
  request: Request,
  isTimed: boolean,
  recoveries: number,
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const { method, path, accept, body, contentType = JSON_TYPE } = request
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const headers: Record<string, string | number> = { accept, 'user-agent': agent }
    if (bytes) {
      headers['content-type'] = contentType
      headers['content-length'] = bytes.length
    }
    const again = (): void => {
      sendOnce(transport, agent, request, isTimed, recoveries + 1).then(resolve, reject)
    }
    const mayRecover = recoveries < MOST_RECOVERIES
    let answered = false
    const opened = transport.open({ method, path, headers }, (response) => {
      answered = true
      readAll(response).then(
        (octets) => {
          const code = response.statusCode ?? 0
          if (code >= 400 && mayRecover && transport.recover?.(opened, { status: code })) return again()
          if (code >= 400) return reject(refusalOf(transport, response, octets))
          resolve({ code, contentType: response.headers['content-type'] ?? '', body: octets })
        },
        (error: unknown) => reject(unreachable(transport, error)),
      )
    })
    opened.on('error', (error) => {
      if (!answered && mayRecover && transport.recover?.(opened, { error })) again()
      else reject(unreachable(transport, error))
    })
    if (isTimed) opened.setTimeout(SILENCE, () => opened.destroy(new Error(`no answer for ${SILENCE / 1000} s`)))
    opened.end(bytes)
  })

export const readAll = async (response: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A body as JSON. Throws TransportError where it is none. */
export const jsonOf = (transport: Transport, { code, body }: Reply): unknown => {
  try {
    return JSON.parse(body.toString())
  } catch (error) {
    const message = `${transport.target} answered ${code} with a body that is not JSON`
    throw new TransportError('API_ANSWER_UNREADABLE', message, { cause: error })
  }
}

/** One request, and the JSON of its answer. Rejects with an ApiError where the server refused, or a TransportError. */
export type Send = (method: string, path: string, body?: unknown, contentType?: string) => Promise<unknown>

/** Requests over a transport; `agent` is what it says that it is. */
export const senderOver = (transport: Transport, agent = 'fairlead', remote?: Remote): Send => {
  const exchange = exchangeOver(transport, agent, remote)
  return async (method, path, body, contentType) =>
    jsonOf(transport, await exchange({ method, path, accept: JSON_TYPE, body, contentType }))
}
