import {
  aggregatedDiscovery,
  apiGroup,
  groupList,
  groupNames,
  groupVersionsOf,
  resourceList,
} from '../discovery/discovery.ts'
import { methodNotAllowed, PathNotFound } from '../errors.ts'
import { digestOf, isKept } from '../http/answer/entity-tag.ts'
import { sendBytes, sendText } from '../http/answer/respond.ts'
import type { Exchange, Stage } from '../http/request/exchange.ts'
import { negotiate } from '../http/request/negotiate.ts'
import type { ServerContext } from '../server-context.ts'
import { HEALTH_PATHS } from './health.ts'
import { ISSUER_PATHS } from './issuer.ts'

/** What is there whatever kinds are served. */
const OTHER_PATHS: readonly string[] = [
  ...['/api', '/apis', '/apis/', '/metrics', '/openapi/v2', '/openapi/v3', '/openapi/v3/', '/version'],
  ...HEALTH_PATHS,
  ...ISSUER_PATHS,
]

/** Without slashes at its end. A pattern would try each slash of a long row of them anew. */
const trimmed = (path: string): string => {
  let end = path.length
  while (end > 1 && path[end - 1] === '/') end--
  return path.slice(0, end) || '/'
}

/**
 * `/api`, `/apis`, `/apis/GROUP`, `/api/v1`, `/apis/GROUP/VERSION` and the list of root paths. Each answer is made
 * once, until the catalogue changes.
 */
export const discovery = (server: ServerContext): Stage => {
  let known: ReturnType<typeof groupVersionsOf> | undefined
  const served = (): ReturnType<typeof groupVersionsOf> => {
    known ??= groupVersionsOf(server.catalogue.kinds, server.reviews)
    return known
  }
  const made = new Map<string, string>()
  const digests = new Map<string, string>()
  server.catalogue.onChange(() => {
    known = undefined
    made.clear()
    digests.clear()
  })
  const once = (key: string, make: () => object): string => {
    let text = made.get(key)
    if (text === undefined) {
      text = JSON.stringify(make())
      made.set(key, text)
    }
    return text
  }
  const root = (exchange: Exchange, path: '/api' | '/apis'): Promise<true> => {
    const wanted = negotiate(
      exchange.request.headers.accept,
      (as) =>
        as.kind === 'APIGroupDiscoveryList' &&
        as.group === 'apidiscovery.k8s.io' &&
        (as.version === 'v2' || as.version === 'v2beta1'),
      ['json', 'yaml'],
    )
    exchange.response.setHeader('Vary', 'Accept')
    if (wanted.as) {
      const { group, kind, version } = wanted.as
      // Tables and the like are told by what they hold; of discovery clients read it in the header.
      const contentType = `${wanted.contentType};g=${group};v=${version};as=${kind}`
      const key = `${path} ${version}`
      const text = once(key, () => aggregatedDiscovery(served(), path, version))
      const digest = digests.get(key) ?? digestOf(text)
      digests.set(key, digest)
      if (isKept(exchange, digest, 'public')) return Promise.resolve(true)
      return sendText(exchange, { ...wanted, contentType }, 200, text, 'public')
    }
    const legacy = (): object => ({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: server.advertised }],
    })
    return sendText(
      exchange,
      wanted,
      200,
      once(path, () => (path === '/api' ? legacy() : groupList(served()))),
    )
  }
  return (exchange) => {
    if (exchange.info.kind !== 'path') return false
    const parts = exchange.info.path.split('/').filter(Boolean)
    const path = trimmed(exchange.info.path)
    // Groups and their list are answered in front of the router that knows methods.
    const isRead = exchange.request.method === 'GET'
    if (path === '/api' && !isRead) throw methodNotAllowed()
    if (path === '/api' || path === '/apis') return root(exchange, path)
    if (path === '/' || path === '/index.html') {
      const versions = served().map(({ group, version }) => (group ? `/apis/${group}/${version}` : `/api/${version}`))
      const groups = groupNames(served()).map((group) => `/apis/${group}`)
      const paths = [...OTHER_PATHS, ...versions, ...groups].sort()
      return sendBytes(exchange, 200, 'application/json', JSON.stringify({ paths }, null, 2))
    }
    const isCore = parts[0] === 'api' && parts.length === 2
    const isGroup = parts[0] === 'apis' && parts.length === 2
    const isVersion = parts[0] === 'apis' && parts.length === 3
    if (!isCore && !isGroup && !isVersion) return false
    const wanted = negotiate(exchange.request.headers.accept, () => false, ['json', 'yaml'])
    if (isGroup) {
      const group = apiGroup(served(), parts[1]!)
      if (!group) throw new PathNotFound(path)
      return sendText(
        exchange,
        wanted,
        200,
        once(path, () => ({ kind: 'APIGroup', apiVersion: 'v1', ...group })),
      )
    }
    const [group, version] = isCore ? ['', parts[1]!] : [parts[1]!, parts[2]!]
    const found = served().find((candidate) => candidate.group === group && candidate.version === version)
    if (!found) throw new PathNotFound(path)
    if (!isRead) throw methodNotAllowed()
    return sendText(
      exchange,
      wanted,
      200,
      once(path, () => resourceList(found)),
    )
  }
}
