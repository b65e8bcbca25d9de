import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { errorCode } from './kubelet-error.ts'
import { readContainerLog } from './streaming/container-log.ts'
import { openLogSocket } from './streaming/log-socket.ts'
import { parseLogQuery } from './streaming/query.ts'
import { type UpgradeRequest, wantsWebSocket } from './streaming/upgrade.ts'

/** A refusal by its HTTP status. */
export class HttpError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

interface ResolvedContainer {
  readonly containerId: string
  readonly logPath: string
}

/**
 * The container of that name in a pod of this node; an empty name means the only, or the first, one. Throws where there
 * is none: an error whose `status` is a Status object is answered as it is, a KubeletError by its code, any other as
 * 500.
 */
export type ResolveContainer = (
  namespace: string,
  pod: string,
  container: string,
  options: { readonly previous: boolean },
) => Promise<ResolvedContainer> | ResolvedContainer

/** Answers with logs; `exitOf` resolves when a container has ended. Both reject with HttpError, before they answer. */
export const logAnswers = (resolve: ResolveContainer, exitOf: (id: string, signal: AbortSignal) => Promise<void>) => {
  /** The lines of the log that a path names, and what ends the reading of them. */
  const openLog = async (url: URL, path: readonly string[]) => {
    const [namespace = '', pod = '', container = ''] = path
    const query = parseLogQuery(url.searchParams, Date.now())
    if ('invalid' in query) throw new HttpError(400, query.invalid)
    const { containerId, logPath } = await resolve(namespace, pod, container, { previous: query.previous })
    const gone = new AbortController()
    const lines = readContainerLog(logPath, query.options, exitOf(containerId, gone.signal), gone.signal)
    const refusal = (error: unknown): unknown =>
      errorCode(error) === 'ENOENT'
        ? new HttpError(404, `the log of container "${container}" in pod "${pod}" is gone`)
        : error
    return { lines, gone, refusal }
  }

  const asText = async (url: URL, path: readonly string[], response: ServerResponse): Promise<void> => {
    const { lines, gone, refusal } = await openLog(url, path)
    response.once('close', () => gone.abort())
    const head = (): void => {
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders()
    }
    // The first line decides the answer: a missing file is an error, not an empty log. A quiet log that is followed
    // answers at once.
    const early = setTimeout(head, 100)
    try {
      for await (const chunk of lines) {
        clearTimeout(early)
        head()
        if (!response.write(chunk)) await Promise.race([once(response, 'drain'), once(gone.signal, 'abort')])
      }
      head()
      response.end()
    } catch (error) {
      throw refusal(error)
    } finally {
      clearTimeout(early)
      gone.abort()
    }
  }

  const bySocket = async (url: URL, path: readonly string[], upgrade: UpgradeRequest): Promise<void> => {
    const { lines, gone, refusal } = await openLog(url, path)
    try {
      const socket = wantsWebSocket(upgrade.request) ? await openLogSocket(upgrade) : undefined
      if (socket === undefined)
        throw new HttpError(403, 'unable to negotiate a protocol: a log speaks binary.k8s.io and base64.binary.k8s.io')
      socket.signal.addEventListener('abort', () => gone.abort())
      for await (const chunk of lines) await socket.write(chunk)
      socket.end()
    } catch (error) {
      throw refusal(error)
    } finally {
      gone.abort()
    }
  }

  return { asText, bySocket }
}
