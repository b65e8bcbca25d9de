import type { ClientRequest, IncomingMessage } from 'node:http'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { Watch, WatchEvent } from '../client.ts'
import type { Decoder } from './decoder.ts'
import { readAll } from './exchange.ts'
import { isProtobuf, refusalOf } from './refusal.ts'
import { type Transport, unreachable } from './transport.ts'
import { readFrames, readLines } from './watch-frames.ts'

interface WatchRequest<T extends ApiObject> {
  readonly transport: Transport
  readonly decoder: Decoder
  readonly agent: string
  readonly resource: Resource<T>
  readonly path: string
  readonly onEvent: (event: WatchEvent<T>) => void
  /** Told once, whatever ended it. */
  readonly onEnd: () => void
}

/**
 * One watch over a connection of its own. What the transport or the form of the answer can mend before the first event
 * is tried once more; everything else ends it.
 */
export const openWatch = <T extends ApiObject>(watch: WatchRequest<T>): Watch => {
  const { transport, decoder, agent, resource, path, onEvent, onEnd } = watch
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  let open = true
  let request: ClientRequest
  let recoveries = 0
  const finish = (error?: unknown): void => {
    if (!open) return
    open = false
    onEnd()
    request.destroy()
    if (error === undefined) resolve()
    else reject(error)
  }
  const tell = (event: WatchEvent<T> | undefined): void => {
    if (open && event !== undefined) onEvent(event)
  }
  const reading = (read: () => WatchEvent<T> | undefined): void => {
    if (!open) return
    try {
      tell(read())
    } catch (error) {
      finish(error)
    }
  }
  const listen = (response: IncomingMessage): void => {
    if (isProtobuf(response.headers['content-type'] ?? ''))
      readFrames(
        response,
        (frame) => reading(() => decoder.frame(resource, frame)),
        (error) => finish(unreachable(transport, error)),
      )
    else readLines(response, (line) => reading(() => decoder.line(resource, line)))
    response.on('end', () => finish())
    response.on('error', (error) => finish(unreachable(transport, error)))
    response.on('close', () => finish())
  }
  const refuse = async (sent: ClientRequest, response: IncomingMessage): Promise<void> => {
    const body = await readAll(response)
    if (!open) return
    const status = response.statusCode ?? 0
    if (status < 400) return finish(unreachable(transport, new Error(`status ${status}`)))
    const refusal = refusalOf(transport, response, body)
    const mends = transport.recover?.(sent, { status }) || decoder.fallsBack(resource as Resource, refusal)
    if (mends && recoveries++ < MOST_RECOVERIES) begin()
    else finish(refusal)
  }
  const begin = (): void => {
    let answered = false
    const accept = decoder.accept(resource as Resource, true)
    const sent = transport.open({ method: 'GET', path, headers: { accept, 'user-agent': agent } }, (response) => {
      answered = true
      if (response.statusCode === 200) listen(response)
      else refuse(sent, response).catch((error: unknown) => finish(unreachable(transport, error)))
    })
    request = sent
    sent.on('error', (error) => {
      if (sent !== request) return
      if (open && !answered && transport.recover?.(sent, { error }) && recoveries++ < MOST_RECOVERIES) begin()
      else finish(unreachable(transport, error))
    })
    sent.end()
  }
  begin()
  return { stop: () => finish(), done }
}

const MOST_RECOVERIES = 5
