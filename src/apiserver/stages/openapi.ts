import type { Kind } from '#api/catalogue/kind.ts'
import { groupVersion, type Resource } from '#api/resource.ts'
import { failure } from '../errors.ts'
import { sendBytes } from '../http/answer/respond.ts'
import type { Exchange, Stage } from '../http/request/exchange.ts'
import type { ServerContext } from '../server-context.ts'

const V2_ASKED = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
const V2_ANSWERED = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/** A version of ours by which clients may keep a document; any text serves, as long as it changes with the document. */
const hashOf = async (text: string): Promise<string> => {
  const { createHash } = await import('node:crypto')
  return createHash('sha512').update(text).digest('hex').toUpperCase()
}

const pathOf = (resource: Resource): string =>
  resource.group === '' ? `api/${resource.version}` : `apis/${groupVersion(resource)}`

/**
 * `/openapi/v2` (JSON and gnostic's protobuf), `/openapi/v3` and its documents. Built on the first request, then kept
 * as bytes until the catalogue changes.
 */
export const openapi = (server: ServerContext): Stage => {
  const { catalogue } = server
  const made = new Map<string, Promise<Uint8Array>>()
  catalogue.onChange(() => made.clear())
  const once = (key: string, make: () => Promise<string | Uint8Array>): Promise<Uint8Array> => {
    let bytes = made.get(key)
    if (!bytes) {
      bytes = make().then((document) => (typeof document === 'string' ? Buffer.from(document) : document))
      made.set(key, bytes)
      // A failure is not kept: the next request says it again.
      bytes.catch(() => made.delete(key))
    }
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
    once(path, async () => {
      const { openApiV3, describe } = await documents()
      return JSON.stringify(openApiV3(of, describe))
    })

  const index = (): Promise<Uint8Array> =>
    once('v3', async () => {
      const paths: Record<string, { readonly serverRelativeURL: string }> = {}
      for (const path of new Set(catalogue.resources.map(pathOf))) {
        const hash = await hashOf(Buffer.from(await document(path, kindsAt(path))).toString())
        paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }
      }
      return JSON.stringify({ paths })
    })

  const v2 = async (exchange: Exchange): Promise<true> => {
    const { accept = '' } = exchange.request.headers
    if (accept.includes(V2_ASKED) || accept.includes(V2_ANSWERED)) {
      const bytes = await once('v2 protobuf', async () => {
        const { openApiV2Protobuf, describe } = await documents()
        return openApiV2Protobuf(catalogue.kinds, describe)
      })
      return sendBytes(exchange, 200, V2_ANSWERED, bytes)
    }
    const bytes = await once('v2', async () => {
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
