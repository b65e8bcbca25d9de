import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AccessRequest } from '#access/rbac/request.ts'
import { ApiError } from '#client/client.ts'
import { accessRequest } from './access/access-request.ts'
import { type Caller, isMaster } from './access/caller.ts'
import { impersonated } from './access/impersonation.ts'
import { AuditTrail } from './audit/audit-trail.ts'
import { internalError, PathNotFound, tooManyRequests } from './errors.ts'
import { checkHttp, clientError, type Pending } from './http/answer/client-error.ts'
import { answerRaw } from './http/answer/raw-answer.ts'
import { sendError } from './http/answer/refuse.ts'
import type { ConnectionHandler } from './http/connections.ts'
import { checkTimeout, isLongRunning } from './http/request/deadline.ts'
import type { Exchange } from './http/request/exchange.ts'
import { type RequestInfo, type ResourceRequestInfo, requestInfo } from './http/request/request-info.ts'
import { requestLabels } from './http/request/request-labels.ts'
import type { RequestLabels } from './http/request-counter.ts'
import type { Release } from './http/seats.ts'
import type { ServerContext } from './server-context.ts'
import { checkAccess } from './stages/access.ts'
import { findKind, findPart } from './stages/resources.ts'
import { stageList } from './stages/stage-list.ts'
import { upgrade } from './upgrade.ts'

/** A client that takes this server for a proxy writes the whole URL, which HTTP has every server understand. */
const ABSOLUTE = /^https?:\/\/[^/?]*/i

interface Target {
  readonly path: string
  readonly query: URLSearchParams
}

/** What is asked for, which the request's `url` says alone after this. */
const targetOf = (request: IncomingMessage): Target => {
  request.url = request.url!.replace(ABSOLUTE, '') || '/'
  const at = request.url.indexOf('?')
  if (at < 0) return { path: request.url, query: new URLSearchParams() }
  return { path: request.url.slice(0, at), query: new URLSearchParams(request.url.slice(at + 1)) }
}

/** The id by which others find a request again: the client's own, where it has one. */
const auditIdOf = ({ headers }: IncomingMessage): string => String(headers['audit-id'] || randomUUID())

const whenClosed = (socket: Duplex, then: () => void): void => {
  if (socket.closed) then()
  else socket.once('close', then)
}

/** Whether a request counts among those that are worked on: as in Kubernetes. */
const isSeated = (caller: Caller, info: RequestInfo): boolean =>
  !isMaster(caller) && !isLongRunning(info) && !(info.kind === 'path' && HEALTH.test(info.path))

/** Who looks whether the server is well is told at any time. */
const HEALTH = /^\/(?:healthz|livez|readyz)(?:\/|$)/

const isServed = (server: ServerContext, info: ResourceRequestInfo): boolean =>
  (info.subresource === '' ? findKind(server, info) : findPart(server, info)) !== undefined

/** Requests through the stages, and upgrades to the kubelets, each with authentication and access before it. */
export const createHandler = (server: ServerContext, onError: (error: unknown) => void): ConnectionHandler => {
  const stages = stageList(server)
  const report = (error: unknown): void => {
    try {
      onError(error)
    } catch {
      // A log that cannot be written must not cost the client its answer.
    }
  }

  const callerOf = (request: IncomingMessage, asked: () => AccessRequest, audit: AuditTrail | undefined): Caller => {
    const caller = server.authenticator.authenticate(request)
    audit?.authenticated(caller)
    const acting = impersonated(server.authorizer, request, caller, asked)
    audit?.actsAs(acting)
    return acting
  }

  const trailOf = (request: IncomingMessage, id: string): AuditTrail | undefined =>
    server.audit && new AuditTrail(server.audit, () => server.registry.now().getTime(), request, id)

  const labelsOf = (
    { method = 'GET', headers }: IncomingMessage,
    info: RequestInfo | undefined,
    query: URLSearchParams,
  ): RequestLabels =>
    requestLabels(
      { method, contentType: headers['content-type'], query },
      info,
      info?.kind === 'resource' && isServed(server, info),
    )

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = performance.now()
    const warnings: string[] = []
    let labels: RequestLabels | undefined
    let over: (() => void) | undefined
    response.on('close', () => {
      over?.()
      labels ??= labelsOf(request, undefined, new URLSearchParams())
      server.counter.count(labels, response.statusCode, (performance.now() - started) / 1000)
    })
    // A client that goes away in the middle is no error of ours.
    request.on('error', () => {})
    response.on('error', () => {})
    const { path, query } = targetOf(request)
    const id = auditIdOf(request)
    response.setHeader('Audit-Id', id)
    const audit = trailOf(request, id)
    audit?.follow(response)
    let caller: Caller | undefined
    let release: Release | undefined
    try {
      checkHttp(request)
      // What the server understands at all, whoever asks: HTTP's own question.
      if (path === '*' && request.method === 'OPTIONS') {
        response.end()
        return
      }
      const info = requestInfo(request.method ?? 'GET', path, query)
      labels = labelsOf(request, info, query)
      audit?.asked(info)
      checkTimeout(info, query)
      caller = callerOf(request, () => accessRequest(info, query), audit)
      server.flows.tell(caller, info, response)
      if (isLongRunning(info)) over = server.counter.begin(labels)
      if (isSeated(caller, info)) release = server.seats.take(caller.name) ?? (await waited(caller, response))
      const exchange: Exchange = {
        ...{ request, response, query, info, caller, warnings, report },
        ...(audit && { audit }),
      }
      for (const stage of stages) {
        const answered = stage(exchange)
        if (answered === true || (answered !== false && (await answered))) return
      }
      throw new PathNotFound(path)
    } catch (error) {
      if (error instanceof ApiError) audit?.answered(error.status)
      const answering = { request, response, warnings, ...(caller ? { caller } : {}) }
      await sendError(answering, server.registry.machinery, error, report)
    } finally {
      release?.()
    }
  }

  const waited = async ({ name }: Caller, response: ServerResponse): Promise<Release> => {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const release = await server.seats.wait(name, gone.signal)
    if (release) return release
    throw tooManyRequests('too many requests')
  }

  const connect = async (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    audit: AuditTrail | undefined,
  ): Promise<void> => {
    const { path, query } = targetOf(request)
    checkHttp(request)
    const info = requestInfo(request.method ?? 'GET', path, query)
    audit?.asked(info)
    const labels = labelsOf(request, info, query)
    const started = performance.now()
    const count = (code: number): void => server.counter.count(labels, code, (performance.now() - started) / 1000)
    try {
      const caller = callerOf(request, () => accessRequest(info, query), audit)
      checkAccess(server, caller, info, audit)
      await upgrade(server, caller, info, query, request, { socket, head })
    } catch (error) {
      count(error instanceof ApiError ? (error.status.code ?? 500) : 500)
      throw error
    }
    audit?.started(101)
    const over = server.counter.begin(labels)
    whenClosed(socket, () => {
      over()
      count(101)
      audit?.complete(101)
    })
  }

  /** By connection. */
  const pending = new WeakMap<Duplex, Pending>()
  return {
    clientError: clientError((socket) => pending.get(socket)),
    handle(request, response) {
      const { socket } = request
      const isBehind = pending.has(socket)
      const own = { request, response }
      pending.set(socket, own)
      response.on('close', () => {
        if (pending.get(socket) === own) pending.delete(socket)
      })
      const begin = (): void => {
        serve(request, response).catch((error: unknown) => {
          report(error)
          response.destroy()
        })
      }
      // Of many that come at once, Node.js takes what it reads while one of them is answered for no HTTP.
      if (isBehind) setImmediate(begin)
      else begin()
    },
    upgrade(request, socket, head) {
      socket.on('error', () => {})
      const audit = trailOf(request, auditIdOf(request))
      connect(request, socket, head, audit).catch((error: unknown) => {
        const refusal = error instanceof ApiError ? error : internalError(error)
        if (refusal !== error) report(error)
        audit?.answered(refusal.status)
        audit?.complete(refusal.status.code)
        answerRaw(socket, refusal.status)
      })
    },
  }
}
