import { request as httpRequest, type IncomingMessage } from 'node:http'
import { parseExactly } from '#schema/json/long-integer.ts'
import type { Dial } from '../../proxy/destination.ts'
import { refusalWords } from './answer-words.ts'
import { connectionWords } from './connection-words.ts'
import { Connections, type ResolveService } from './connections.ts'
import { locationOf, type WebhookConfig, type WebhookLocation } from './webhook-config.ts'
import { WebhookError } from './webhook-error.ts'

interface WebhookClientOptions {
  readonly resolve: ResolveService
  readonly dial: Dial
}

interface WebhookCall {
  readonly config: WebhookConfig
  /** As JSON. */
  readonly body: unknown
  /** Milliseconds, connecting and reading included. The webhook is told, in whole seconds. */
  readonly timeout: number
  /** Who asked has gone. */
  readonly signal?: AbortSignal
  /** The largest answer that is read, in octets; by default room for a patch of all of the largest object, in base64. */
  readonly largest?: number
}

const LARGEST = 8 * 1024 * 1024
const UNREADABLE = 'WEBHOOK_UNREADABLE'

/** Asks webhooks: a POST of JSON over HTTPS, on connections that are kept. */
export class WebhookClient {
  readonly #connections: Connections

  constructor({ resolve, dial }: WebhookClientOptions) {
    this.#connections = new Connections(resolve, dial)
  }

  /** The JSON object that a webhook answers with. Rejects with WebhookError alone. */
  async post({
    config,
    body,
    timeout,
    signal,
    largest = LARGEST,
  }: WebhookCall): Promise<Readonly<Record<string, unknown>>> {
    const location = locationOf(config)
    if (location === undefined)
      throw new WebhookError('WEBHOOK_CONFIG', 'webhook configuration must have either service or URL')
    const bytes = Buffer.from(JSON.stringify(body))
    const query = `?timeout=${Math.max(1, Math.ceil(timeout / 1000))}s`
    const late = AbortSignal.timeout(timeout)
    const over = signal ? AbortSignal.any([late, signal]) : late
    try {
      const response = await this.#answer(location, query, config.caBundle ?? '', bytes, over)
      return await readAnswer(response, largest)
    } catch (error) {
      if (error instanceof WebhookError) throw error
      const words = late.aborted
        ? 'context deadline exceeded'
        : over.aborted
          ? 'context canceled'
          : connectionWords(error as Error)
      const message = `Post "${location.url}${query}": ${words}`
      throw new WebhookError('WEBHOOK_UNREACHABLE', message, { cause: error })
    }
  }

  /** Ends the connections that are kept. */
  close(): void {
    this.#connections.close()
  }

  async #answer(
    location: WebhookLocation,
    query: string,
    caBundle: string,
    bytes: Buffer,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const agent = this.#connections.agentFor(location, caBundle)
    const { host, port, path } = location
    const send = (): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const request = httpRequest({
          agent,
          method: 'POST',
          host,
          port,
          path: `${encodeURI(path)}${query}`,
          headers: {
            accept: 'application/json, */*',
            'content-type': 'application/json',
            'content-length': bytes.length,
            'user-agent': 'kube-apiserver-admission',
          },
          signal,
        })
        request.on('response', resolve)
        // To another protocol nobody has asked to switch.
        request.on('upgrade', ({ statusCode = 101 }, socket) => {
          socket.destroy()
          reject(new WebhookError('WEBHOOK_REFUSED', refusalWords(statusCode, '', ''), { status: statusCode }))
        })
        request.on('close', () => reject(new Error('EOF')))
        request.on('error', (error: NodeJS.ErrnoException) => {
          // The other side ended a kept connection at the moment when it was taken up again: nothing was read.
          const isStale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
          if (isStale && !signal.aborted) resolve(send())
          else reject(error)
        })
        request.end(bytes)
      })
    return send()
  }
}

const readAnswer = async (response: IncomingMessage, largest: number): Promise<Readonly<Record<string, unknown>>> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > largest) throw new WebhookError(UNREADABLE, `the answer has more than ${largest} octets`)
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString()
  const code = response.statusCode ?? 0
  const type = response.headers['content-type'] ?? ''
  if (code < 200 || code > 206)
    throw new WebhookError('WEBHOOK_REFUSED', refusalWords(code, type, text), { status: code })
  if (text === '')
    throw new WebhookError(UNREADABLE, `0-length response with status code: ${code} and content type: ${type}`)
  return readObject(text)
}

const readObject = (text: string): Readonly<Record<string, unknown>> => {
  let value: unknown
  try {
    value = parseExactly(text)
  } catch (cause) {
    const why = `couldn't get version/kind; json parse error: ${(cause as Error).message}`
    throw new WebhookError(UNREADABLE, why, { cause })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new WebhookError(UNREADABLE, "couldn't get version/kind; json parse error: no JSON object")
}
