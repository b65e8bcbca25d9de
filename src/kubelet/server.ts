import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

import type { Pod } from '#api/core/pod/message.ts'
import type { Runtime } from '#runtime/runtime.ts'
import { errorText, execFailure, KubeletError } from './kubelet-error.ts'
import { HttpError, logAnswers, type ResolveContainer } from './log-answers.ts'
import { logFolder } from './node/log-folder.ts'
import { resourceMetrics } from './stats/resource-metrics.ts'
import type { Summary } from './stats/summary.ts'
import { forwardBySpdy, forwardByTunnel } from './streaming/port-forward.ts'
import { forwardByChannels, offersChannels, parsePorts } from './streaming/port-forward-channels.ts'
import { parseStreamQuery } from './streaming/query.ts'
import { offersSpdySession, openSpdySession } from './streaming/spdy-session.ts'
import { exitStatus, failureStatus, type StreamOptions, type StreamSession } from './streaming/stream-session.ts'
import { refuseUpgrade, statusObject, type UpgradeRequest, wantsSpdy, wantsWebSocket } from './streaming/upgrade.ts'
import { openWebSocketSession } from './streaming/websocket-session.ts'

interface KubeletServerOptions {
  readonly runtime: Pick<Runtime, 'exec' | 'attach' | 'status' | 'onExit'>
  readonly resolve: ResolveContainer
  /** The pods of this node, as it knows them. */
  readonly pods: () => readonly Pod[]
  /** Where the logs of its containers lie. */
  readonly logDir: string
  /** What the node and its pods use. */
  readonly summary: () => Promise<Summary>
  /** Connects to a port of the pod, inside its network namespace. */
  readonly dial: (namespace: string, pod: string, port: number) => Promise<Duplex>
  /** Told of what went wrong where no client is left to hear it. */
  readonly onError?: (error: unknown) => void
}

/** Both take a path below the kubelet's root, `/exec/NAMESPACE/POD/CONTAINER?…`. They answer every error themselves. */
export interface KubeletServer {
  /** GET /containerLogs/NAMESPACE/POD/CONTAINER, /pods, /healthz. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** /exec, /attach and /portForward: what node:http's `upgrade` event gives. Resolves when the stream has ended. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>
}

const SERVED =
  '/healthz, /pods, /logs, /stats/summary, /metrics/resource, /containerLogs, /exec, /attach and /portForward'

/**
 * The part of the kubelet's HTTP API that the API server passes `kubectl logs`, `exec`, `attach` and `port-forward` on
 * to.
 */
export function createKubeletServer({
  runtime,
  resolve,
  pods,
  logDir,
  summary,
  dial,
  onError,
}: KubeletServerOptions): KubeletServer {
  const exitWaiters = new Map<string, Set<() => void>>()
  runtime.onExit((id) => {
    for (const wake of exitWaiters.get(id) ?? []) wake()
    exitWaiters.delete(id)
  })

  /** Resolves when the container has exited, at once where it has or is unknown. */
  function exitOf(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolveExit) => {
      const waiters = exitWaiters.get(id) ?? new Set()
      exitWaiters.set(id, waiters)
      waiters.add(resolveExit)
      signal.addEventListener('abort', () => waiters.delete(resolveExit), { once: true })
      void runtime.status(id).then((state) => {
        if (state === undefined || state.state === 'exited') resolveExit()
      })
    })
  }

  const log = logAnswers(resolve, exitOf)

  async function openSession(upgrade: UpgradeRequest, options: StreamOptions): Promise<StreamSession> {
    if (wantsSpdy(upgrade.request)) {
      if (offersSpdySession(upgrade)) return await openSpdySession(upgrade, options)
    } else if (wantsWebSocket(upgrade.request)) {
      const session = await openWebSocketSession(upgrade, options)
      if (session !== undefined) return session
    }
    throw new HttpError(
      403,
      'unable to negotiate a streaming protocol: this server speaks v5.channel.k8s.io, v4.channel.k8s.io and channel.k8s.io over WebSocket, and v4.channel.k8s.io over SPDY/3.1',
    )
  }

  async function stream(
    verb: 'exec' | 'attach',
    url: URL,
    path: readonly string[],
    upgrade: UpgradeRequest,
  ): Promise<void> {
    const [namespace = '', pod = '', container = ''] = path
    const query = parseStreamQuery(url.searchParams)
    if ('invalid' in query) throw new HttpError(400, query.invalid)
    if (verb === 'exec' && query.command.length === 0)
      throw new HttpError(400, 'you must specify at least one command to run: ?command=')
    const { containerId } = await resolve(namespace, pod, container, { previous: false })
    const state = await runtime.status(containerId)
    if (state?.state !== 'running') {
      throw new HttpError(400, `container "${container}" of pod "${pod}" is not running: ${state?.state ?? 'gone'}`)
    }
    const session = await openSession(upgrade, query.options)
    const options = {
      tty: query.options.tty,
      stdin: session.stdin,
      stdout: session.stdout,
      stderr: session.stderr,
      onResize: session.onResize,
      signal: session.signal,
    }
    try {
      if (verb === 'exec') {
        const { exitCode } = await runtime.exec(containerId, { ...options, command: query.command })
        await session.finish(exitStatus(exitCode))
      } else {
        await runtime.attach(containerId, options)
        // The container's exit code is its pod's to tell, not the stream's.
        await session.finish(exitStatus(0))
      }
    } catch (error) {
      if (session.signal.aborted) return
      const what = verb === 'exec' ? 'executing command in' : 'attaching to'
      await session.finish(failureStatus(`error ${what} container: ${execFailure(error) ?? errorText(error)}`))
    }
  }

  async function portForward(url: URL, path: readonly string[], upgrade: UpgradeRequest): Promise<void> {
    const [namespace = '', pod = ''] = path
    await resolve(namespace, pod, '', { previous: false })
    const dialPod = (port: number): Promise<Duplex> => dial(namespace, pod, port)
    if (wantsSpdy(upgrade.request) && forwardBySpdy(upgrade, dialPod)) return
    if (wantsWebSocket(upgrade.request)) {
      if (await forwardByTunnel(upgrade, dialPod)) return
      if (offersChannels(upgrade)) {
        const ports = parsePorts(url.searchParams)
        if ('invalid' in ports) throw new HttpError(400, ports.invalid)
        if (await forwardByChannels(upgrade, ports, dialPod)) return
      }
    }
    throw new HttpError(
      403,
      'unable to negotiate a streaming protocol: this server speaks portforward.k8s.io over SPDY/3.1, directly or in WebSocket messages (SPDY/3.1+portforward.k8s.io), and v4.channel.k8s.io over WebSocket',
    )
  }

  return {
    async handle(request, response) {
      try {
        const url = new URL(`http://kubelet${request.url ?? '/'}`)
        const [verb, ...path] = segments(url)
        if (verb === 'healthz') {
          response.writeHead(200, { 'content-type': 'text/plain' }).end('ok')
          return
        }
        if (verb === 'pods' && path.join('') === '') {
          const list = { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods() }
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list))
          return
        }
        if (verb === 'logs') return logFolder(logDir, path, request, response)
        if (verb === 'stats' && path.join('/') === 'summary') {
          const text = JSON.stringify(await summary())
          response.writeHead(200, { 'content-type': 'application/json' }).end(text)
          return
        }
        if (verb === 'metrics' && path.join('/') === 'resource') {
          const text = resourceMetrics(await summary())
          response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text)
          return
        }
        if (verb === 'exec' || verb === 'attach' || verb === 'portForward') {
          throw new HttpError(400, 'Upgrade request required')
        }
        if (verb !== 'containerLogs' || path.length !== 3)
          throw new HttpError(404, `the kubelet has nothing at ${url.pathname}: it serves ${SERVED}`)
        if (request.method !== 'GET') throw new HttpError(405, `${request.method} is not allowed on logs: use GET`)
        await log.asText(url, path, response)
      } catch (error) {
        if (response.headersSent) {
          onError?.(error)
          response.destroy()
          return
        }
        const status = toStatus(error)
        response.writeHead(status.code ?? 500, { 'content-type': 'application/json' }).end(JSON.stringify(status))
      }
    },

    async upgrade(request, socket, head) {
      const upgrade: UpgradeRequest = { request, socket, head }
      socket.on('error', () => undefined)
      try {
        const url = new URL(`http://kubelet${request.url ?? '/'}`)
        const [verb, ...path] = segments(url)
        if ((verb === 'exec' || verb === 'attach') && path.length === 3) {
          await stream(verb, url, path, upgrade)
        } else if (verb === 'portForward' && path.length === 2) await portForward(url, path, upgrade)
        else if (verb === 'containerLogs' && path.length === 3) await log.bySocket(url, path, upgrade)
        else throw new HttpError(404, `the kubelet has nothing to upgrade at ${url.pathname}`)
      } catch (error) {
        // Errors after the switch of protocols are told on the error stream, so what arrives here was refused before
        // it, or the client has left.
        if (!socket.destroyed && socket.writable) refuseUpgrade(upgrade, toStatus(error))
        else onError?.(error)
      }
    },
  }
}

function segments(url: URL): readonly string[] {
  try {
    return url.pathname.split('/').slice(1).map(decodeURIComponent)
  } catch {
    throw new HttpError(400, `the path ${url.pathname} is malformed`)
  }
}

const NOT_FOUND = new Set(['POD_NOT_FOUND', 'CONTAINER_UNKNOWN'])
const BAD_REQUEST = new Set(['CONTAINER_WAITING', 'CONTAINER_NOT_RUNNING', 'PREVIOUS_NOT_FOUND'])

function toStatus(error: unknown): { readonly code?: number } {
  if (error instanceof HttpError) return statusObject(error.code, error.message)
  if (
    typeof error === 'object' &&
    error !== null &&
    'status' in error &&
    typeof error.status === 'object' &&
    error.status !== null
  ) {
    return error.status as { readonly code?: number }
  }
  if (error instanceof KubeletError) {
    return statusObject(NOT_FOUND.has(error.code) ? 404 : BAD_REQUEST.has(error.code) ? 400 : 500, error.message)
  }
  return statusObject(500, errorText(error))
}
