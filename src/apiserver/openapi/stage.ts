import type { Kind } from '#api/catalogue/kind.ts'
import { failure } from '../errors.ts'
import { digestOf, isKept } from '../http/answer/entity-tag.ts'
import { sendBytes } from '../http/answer/respond.ts'
import type { Exchange, Stage } from '../http/request/exchange.ts'
import { preferred } from '../http/request/negotiate.ts'
import type { ServerContext } from '../server-context.ts'
import { BUILD } from './build.ts'
import { type DocumentName, isAsBuilt, isBuiltIn, isSame, kindsOf, makeDocument, pathOf } from './documents.ts'
import { preparedDocument } from './prepared.ts'

const JSON_TYPE = 'application/json'
const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'
/** As clients of old ask for it: no media type, for its `@`. It is answered by the other name. */
const V2_PROTOBUF_OLD = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'

/** As long as one that names the digest of what it asks for may keep it, ms: a year. */
const FOR_GOOD = 31_536_000_000

/** A document, and the kinds that it tells of. */
interface Made {
  readonly of: readonly Kind[]
  readonly bytes: Promise<Uint8Array>
  /** Of a large document it is reckoned once. */
  digest?: string
}

/**
 * `/openapi/v2` (JSON and gnostic's protobuf), `/openapi/v3` and its documents. What is built in is read from beside the
 * bundle; else they are made when they are first asked for. They are kept while their kinds are the same.
 */
export const openapi = ({ catalogue }: ServerContext): Stage => {
  const made = new Map<DocumentName | 'index', Made>()
  catalogue.onChange(({ kind }) => made.delete(pathOf(kind)))
  const once = (key: DocumentName | 'index', of: readonly Kind[], make: () => Promise<Uint8Array>): Made => {
    const known = made.get(key)
    if (known !== undefined && isSame(known.of, of)) return known
    const one: Made = { of, bytes: make() }
    made.set(key, one)
    // A failure is not kept: the next request says it again.
    one.bytes.catch(() => {
      if (made.get(key) === one) made.delete(key)
    })
    return one
  }
  const document = (name: DocumentName): Made => {
    const { kinds } = catalogue
    return once(name, kindsOf(name, kinds), async () => {
      const prepared = isAsBuilt(name, kinds) ? await preparedDocument(import.meta.dirname, BUILD, name) : undefined
      return prepared ?? makeDocument(name, kinds)
    })
  }

  /**
   * By which clients tell a document from another: any text serves, as long as it changes with the document. What is
   * built in is the same in all servers of a build, and need not be made to be told from another's; of what others have
   * defined the definitions tell.
   */
  const versionOf = async (name: DocumentName): Promise<string> => {
    const kinds = kindsOf(name, catalogue.kinds)
    const defined = kinds.flatMap(({ revision }) => revision ?? [])
    const builtIn = kinds.filter(isBuiltIn).length
    if (builtIn + defined.length === kinds.length) return digestOf([BUILD, name, builtIn, ...defined].join(' '))
    return digestIn(document(name))
  }

  const index = (): Made =>
    once('index', catalogue.kinds, async () => {
      const paths: Record<string, { readonly serverRelativeURL: string }> = {}
      for (const path of new Set(catalogue.kinds.map(pathOf))) {
        paths[path] = { serverRelativeURL: urlOf(path, await versionOf(path)) }
      }
      return Buffer.from(JSON.stringify({ paths }))
    })

  const send = async (exchange: Exchange, contentType: string, name: DocumentName, caching?: string): Promise<true> => {
    exchange.response.setHeader('Vary', 'Accept')
    if (isKept(exchange, await versionOf(name), caching)) return true
    return sendBytes(exchange, 200, contentType, await document(name).bytes, caching)
  }

  const v2 = (exchange: Exchange): Promise<true> => {
    const type = preferred(exchange.request.headers.accept, [JSON_TYPE, V2_PROTOBUF, V2_PROTOBUF_OLD])
    return type === JSON_TYPE ? send(exchange, type, 'v2') : send(exchange, V2_PROTOBUF, 'v2 protobuf')
  }

  const v3 = async (exchange: Exchange, name: DocumentName): Promise<true> => {
    const type = preferred(exchange.request.headers.accept, [JSON_TYPE])
    const hash = exchange.query.get('hash')
    if (!hash) return send(exchange, type, name)
    const { response } = exchange
    const version = await versionOf(name)
    if (hash !== version) {
      response.writeHead(301, { Location: urlOf(name, version), 'Content-Length': 0 }).end()
      return true
    }
    response.setHeader('Expires', new Date(Date.now() + FOR_GOOD).toUTCString())
    return send(exchange, type, name, 'public, immutable')
  }

  return (exchange) => {
    const { path } = exchange.info
    if (!path.startsWith('/openapi/')) return false
    if (path === '/openapi/v2') return v2(exchange)
    return (async () => {
      if (path === '/openapi/v3' || path === '/openapi/v3/') {
        const one = index()
        return isKept(exchange, await digestIn(one)) || sendBytes(exchange, 200, JSON_TYPE, await one.bytes)
      }
      const wanted = path.slice('/openapi/v3/'.length)
      const name = catalogue.kinds.map(pathOf).find((known) => known === wanted)
      if (name === undefined) throw failure(404, 'NotFound', 'the server could not find the requested resource', {})
      return v3(exchange, name)
    })()
  }
}

const digestIn = async (one: Made): Promise<string> => {
  one.digest ??= digestOf(await one.bytes)
  return one.digest
}

const urlOf = (name: DocumentName, version: string): string => `/openapi/v3/${name}?hash=${version}`
