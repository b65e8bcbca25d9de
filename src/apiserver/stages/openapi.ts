import type { Kind } from '#api/catalogue/kind.ts'
import { builtInKinds } from '#api/kinds.ts'
import { groupVersion, type Resource } from '#api/resource.ts'
import { BUILD } from '../discovery/build.ts'
import { failure } from '../errors.ts'
import { sendBytes } from '../http/answer/respond.ts'
import type { Exchange, Stage } from '../http/request/exchange.ts'
import type { ServerContext } from '../server-context.ts'

const V2_ASKED = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
const V2_ANSWERED = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/** A version of ours by which clients may keep a document; any text serves, as long as it changes with the document. */
const hashOf = async (text: string | Uint8Array): Promise<string> => {
  const { createHash } = await import('node:crypto')
  return createHash('sha512').update(text).digest('hex').toUpperCase()
}

const pathOf = (resource: Resource): string =>
  resource.group === '' ? `api/${resource.version}` : `apis/${groupVersion(resource)}`

const BUILT_IN: ReadonlySet<Kind> = new Set(builtInKinds)
const isBuiltIn = (kind: Kind): boolean => BUILT_IN.has(kind)

/** A document, and the kinds that it tells of. */
interface Made {
  readonly of: readonly Kind[]
  readonly bytes: Promise<Uint8Array>
}

const isOf = (made: Made | undefined, kinds: readonly Kind[]): made is Made =>
  made?.of.length === kinds.length && made.of.every((kind, index) => kind === kinds[index])

/**
 * `/openapi/v2` (JSON and gnostic's protobuf), `/openapi/v3` and its documents. Built when they are first asked for, then
 * kept as bytes while their kinds are the same.
 */
export const openapi = (server: ServerContext): Stage => {
  const { catalogue } = server
  const made = new Map<string, Made>()
  catalogue.onChange(({ kind }) => made.delete(pathOf(kind.resource)))
  const once = (key: string, of: readonly Kind[], make: () => Promise<string | Uint8Array>): Promise<Uint8Array> => {
    const known = made.get(key)
    if (isOf(known, of)) return known.bytes
    const bytes = make().then((document) => (typeof document === 'string' ? Buffer.from(document) : document))
    made.set(key, { of, bytes })
    // A failure is not kept: the next request says it again.
    bytes.catch(() => {
      if (made.get(key)?.bytes === bytes) made.delete(key)
    })
    return bytes
  }
  const documents = async () => {
    const [{ describing }, made] = await Promise.all([
      import('#api/openapi/descriptions.ts'),
      import('#api/openapi/documents.ts'),
    ])
    return { ...made, describe: await describing(catalogue.kinds) }
  }
  const kindsAt = (path: string): readonly Kind[] => catalogue.kinds.filter(({ resource }) => pathOf(resource) === path)
  const document = (path: string, of: readonly Kind[]): Promise<Uint8Array> =>
    once(path, of, async () => {
      const { openApiV3, describe } = await documents()
      return JSON.stringify(openApiV3(of, describe))
    })

  /** What is built in is the same in all servers of a build, and need not be made to be told from another's. */
  const versionOf = async (path: string): Promise<string> => {
    const of = kindsAt(path)
    return hashOf(of.every(isBuiltIn) ? `${BUILD} ${path}` : await document(path, of))
  }

  const index = (): Promise<Uint8Array> =>
    once('v3', catalogue.kinds, async () => {
      const paths: Record<string, { readonly serverRelativeURL: string }> = {}
      for (const path of new Set(catalogue.resources.map(pathOf))) {
        const hash = await versionOf(path)
        paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }
      }
      return JSON.stringify({ paths })
    })

  const v2 = async (exchange: Exchange): Promise<true> => {
    const { accept = '' } = exchange.request.headers
    if (accept.includes(V2_ASKED) || accept.includes(V2_ANSWERED)) {
      const bytes = await once('v2 protobuf', catalogue.kinds, async () => {
        const { openApiV2Protobuf, describe } = await documents()
        return openApiV2Protobuf(catalogue.kinds, describe)
      })
      return sendBytes(exchange, 200, V2_ANSWERED, bytes)
    }
    const bytes = await once('v2', catalogue.kinds, async () => {
      const { openApiV2, describe } = await documents()
      return JSON.stringify(openApiV2(catalogue.kinds, describe))
    })
    return sendBytes(exchange, 200, 'application/json', bytes)
  }

  return (exchange) => {
    const { path } = exchange.info
    if (!path.startsWith('/openapi/')) return false
    if (path === '/openapi/v2') return v2(exchange)
    return (async () => {
      if (path === '/openapi/v3' || path === '/openapi/v3/') {
        return sendBytes(exchange, 200, 'application/json', await index())
      }
      const wanted = path.slice('/openapi/v3/'.length)
      const of = kindsAt(wanted)
      if (of.length === 0) throw failure(404, 'NotFound', 'the server could not find the requested resource', {})
      const bytes = await document(wanted, of)
      // A client that names the document's hash may keep it for good.
      if (exchange.query.has('hash'))
        exchange.response.setHeader('Expires', new Date(Date.now() + 31_536_000_000).toUTCString())
      return sendBytes(exchange, 200, 'application/json', bytes)
    })()
  }
}
