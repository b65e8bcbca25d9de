import type { Kind } from '#api/catalogue/kind.ts'
import { failure } from '../errors.ts'
import { sendBytes } from '../http/answer/respond.ts'
import type { Exchange, Stage } from '../http/request/exchange.ts'
import type { ServerContext } from '../server-context.ts'
import { BUILD } from './build.ts'
import { type DocumentName, isAsBuilt, isSame, kindsOf, makeDocument, pathOf } from './documents.ts'
import { preparedDocument } from './prepared.ts'

const V2_ASKED = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
const V2_ANSWERED = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/** A version of ours by which clients may keep a document; any text serves, as long as it changes with the document. */
const hashOf = async (text: string | Uint8Array): Promise<string> => {
  const { createHash } = await import('node:crypto')
  return createHash('sha512').update(text).digest('hex').toUpperCase()
}

/** A document, and the kinds that it tells of. */
interface Made {
  readonly of: readonly Kind[]
  readonly bytes: Promise<Uint8Array>
}

/**
 * `/openapi/v2` (JSON and gnostic's protobuf), `/openapi/v3` and its documents. What is built in is read from beside the
 * bundle; else they are made when they are first asked for. They are kept while their kinds are the same.
 */
export const openapi = ({ catalogue }: ServerContext): Stage => {
  const made = new Map<DocumentName | 'index', Made>()
  catalogue.onChange(({ kind }) => made.delete(pathOf(kind)))
  const once = (
    key: DocumentName | 'index',
    of: readonly Kind[],
    make: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> => {
    const known = made.get(key)
    if (known !== undefined && isSame(known.of, of)) return known.bytes
    const bytes = make()
    made.set(key, { of, bytes })
    // A failure is not kept: the next request says it again.
    bytes.catch(() => {
      if (made.get(key)?.bytes === bytes) made.delete(key)
    })
    return bytes
  }
  const document = (name: DocumentName): Promise<Uint8Array> => {
    const { kinds } = catalogue
    return once(name, kindsOf(name, kinds), async () => {
      const prepared = isAsBuilt(name, kinds) ? await preparedDocument(import.meta.dirname, BUILD, name) : undefined
      return prepared ?? makeDocument(name, kinds)
    })
  }

  /** What is built in is the same in all servers of a build, and need not be made to be told from another's. */
  const versionOf = async (path: DocumentName): Promise<string> =>
    hashOf(isAsBuilt(path, catalogue.kinds) ? `${BUILD} ${path}` : await document(path))

  const index = (): Promise<Uint8Array> =>
    once('index', catalogue.kinds, async () => {
      const paths: Record<string, { readonly serverRelativeURL: string }> = {}
      for (const path of new Set(catalogue.kinds.map(pathOf))) {
        const hash = await versionOf(path)
        paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }
      }
      return Buffer.from(JSON.stringify({ paths }))
    })

  const v2 = async (exchange: Exchange): Promise<true> => {
    const { accept = '' } = exchange.request.headers
    return accept.includes(V2_ASKED) || accept.includes(V2_ANSWERED)
      ? sendBytes(exchange, 200, V2_ANSWERED, await document('v2 protobuf'))
      : sendBytes(exchange, 200, 'application/json', await document('v2'))
  }

  return (exchange) => {
    const { path } = exchange.info
    if (!path.startsWith('/openapi/')) return false
    if (path === '/openapi/v2') return v2(exchange)
    return (async () => {
      if (path === '/openapi/v3' || path === '/openapi/v3/')
        return sendBytes(exchange, 200, 'application/json', await index())
      const wanted = path.slice('/openapi/v3/'.length)
      const name = catalogue.kinds.map(pathOf).find((known) => known === wanted)
      if (name === undefined) throw failure(404, 'NotFound', 'the server could not find the requested resource', {})
      const bytes = await document(name)
      // A client that names the document's hash may keep it for good.
      if (exchange.query.has('hash'))
        exchange.response.setHeader('Expires', new Date(Date.now() + 31_536_000_000).toUTCString())
      return sendBytes(exchange, 200, 'application/json', bytes)
    })()
  }
}
