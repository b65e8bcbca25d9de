import type { IncomingMessage } from 'node:http'
import type { Caller } from './access/caller.ts'
import { badRequest, methodNotAllowed } from './errors.ts'
import type { RequestInfo, ResourceRequestInfo } from './http/request/request-info.ts'
import { kubeletPath, proxyUpgrade } from './kubelet-proxy.ts'
import type { UpgradingClient } from './proxy/forward-upgrade.ts'
import { UNHEARD } from './registry/remarks.ts'
import type { ServerContext } from './server-context.ts'
import { checkWayIn } from './stages/access.ts'
import { findPart } from './stages/resources.ts'

/**
 * Leads a connection that asks for another protocol to where its path says: a pod's kubelet, or what is proxied to.
 * Authentication and access are behind it. Rejects with the refusal.
 */
export const upgrade = async (
  server: ServerContext,
  caller: Caller,
  info: RequestInfo,
  query: URLSearchParams,
  request: IncomingMessage,
  client: UpgradingClient,
): Promise<void> => {
  const part = info.kind === 'resource' ? findPart(server, info) : undefined
  const heard = async (asked: ResourceRequestInfo): Promise<URLSearchParams> => {
    if (!server.registry.isConsulting) return query
    const { heardConnection } = await import('./webhooks/connection.ts')
    return heardConnection(server, caller, asked, query, UNHEARD)
  }
  if (info.kind === 'resource' && part?.answeredBy === 'proxy') {
    await heard(info)
    const { proxyUpgradeTo } = await import('./proxy/proxied.ts')
    return proxyUpgradeTo(server, info, request, client)
  }
  if (info.kind === 'resource' && part?.answeredBy === 'log') {
    if (request.method !== 'GET') throw methodNotAllowed()
    return proxyUpgrade(request, client, server.kubelet, kubeletPath(server.registry, info, query))
  }
  if (info.kind !== 'resource' || part?.answeredBy !== 'stream') {
    throw badRequest(
      `${info.path} cannot be upgraded: only exec, attach, portforward and log of a pod can, and what is behind a proxy`,
    )
  }
  if (request.method !== 'GET' && request.method !== 'POST') throw methodNotAllowed()
  checkWayIn(server, caller, info)
  await proxyUpgrade(request, client, server.kubelet, kubeletPath(server.registry, info, await heard(info)))
}
