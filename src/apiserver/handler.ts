import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AccessRequest } from '#access/rbac/request.ts'
import { ApiError } from '#client/client.ts'
import { accessRequest } from './access/access-request.ts'
import type { Caller } from './access/caller.ts'
import { impersonated } from './access/impersonation.ts'
import { internalError, PathNotFound } from './errors.ts'
import { checkHttp, clientError, type Pending } from './http/answer/client-error.ts'
import { answerRaw } from './http/answer/raw-answer.ts'
import { sendError } from './http/answer/refuse.ts'
import type { Exchange } from './http/request/exchange.ts'
import { requestInfo } from './http/request/request-info.ts'
import type { ServerContext } from './server-context.ts'
import { checkAccess } from './stages/access.ts'
import { findKind } from './stages/resources.ts'
import { stageList } from './stages/stage-list.ts'
import { upgrade } from './upgrade.ts'

interface Handler {
  handle(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** For what is no request at all: the server's event `clientError`. */
  clientError(error: Error, socket: Duplex): void
}

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

const VERBS = new Set(
  'get list watch create update patch delete deletecollection post put head connect options'.split(' '),
)

/** Requests through the stages, and upgrades to the kubelets, each with authentication and access before it. */
export const createHandler = (server: ServerContext, onError: (error: unknown) => void): Handler => {
  const stages = stageList(server)
  const report = (error: unknown): void => {
    try {
      onError(error)
    } catch {
      // A log that cannot be written must not cost the client its answer.
    }
  }

  const callerOf = (request: IncomingMessage, asked: () => AccessRequest): Caller =>
    impersonated(server.authorizer, request, server.authenticator.authenticate(request), asked)

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = performance.now()
    const warnings: string[] = []
    let verb = 'connect'
    let resource = ''
    response.on('close', () => {
      if (verb !== 'watch')
        server.counter.count(
          VERBS.has(verb) ? verb : 'other',
          resource,
          response.statusCode,
          (performance.now() - started) / 1000,
        )
    })
    // A client that goes away in the middle is no error of ours.
    request.on('error', () => {})
    response.on('error', () => {})
    const { path, query } = targetOf(request)
    try {
      checkHttp(request)
      const info = requestInfo(request.method ?? 'GET', path, query)
      verb = info.verb
      // A label of a metric is one of a few: what clients make up is counted together.
      if (info.kind === 'resource' && findKind(server, info)) resource = info.resource
      const caller = callerOf(request, () => accessRequest(info, query))
      const exchange: Exchange = { request, response, query, info, caller, warnings, report }
      for (const stage of stages) {
        const answered = stage(exchange)
        if (answered === true || (answered !== false && (await answered))) return
      }
      throw new PathNotFound(path)
    } catch (error) {
      await sendError({ request, response, warnings }, server.registry.machinery, error, report)
    }
  }

  const connect = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const { path, query } = targetOf(request)
    checkHttp(request)
    const info = requestInfo(request.method ?? 'GET', path, query)
    const caller = callerOf(request, () => accessRequest(info, query))
    checkAccess(server, caller, info)
    await upgrade(server, caller, info, query, request, { socket, head })
  }

  /** By connection. */
  const pending = new WeakMap<Duplex, Pending>()
  return {
    clientError: clientError((socket) => pending.get(socket)),
    handle(request, response) {
      const { socket } = request
      pending.set(socket, { request, response })
      response.on('close', () => pending.delete(socket))
      serve(request, response).catch((error: unknown) => {
        report(error)
        response.destroy()
      })
    },
    upgrade(request, socket, head) {
      socket.on('error', () => {})
      connect(request, socket, head).catch((error: unknown) => {
        const refusal = error instanceof ApiError ? error : internalError(error)
        if (refusal !== error) report(error)
        answerRaw(socket, refusal.status)
      })
    },
  }
}
