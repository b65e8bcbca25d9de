import { posix } from 'node:path'
import { scanJsonOctets } from '#schema/json/json-scan.ts'
import { StorageError } from '../storage-error.ts'

/** Where a list goes on. */
export interface ContinueToken {
  /** The state that it shows; undefined: what is there now. */
  readonly revision: number | undefined
  /** The last key that was shown, within what the list is of. */
  readonly after: string
}

/** Said of a list that goes on with what is there now. */
const NOW = -1
const VERSION = 'meta.k8s.io/v1'
/** The key that comes next after any other. */
const NEXT = '\0'

/** As Kubernetes writes it: clients take it as it is, and some look inside. */
export const encodeContinue = ({ revision, after }: ContinueToken): string => {
  const token = { v: VERSION, rv: revision ?? NOW, start: `/${after}${NEXT}` }
  return Buffer.from(JSON.stringify(token)).toString('base64url')
}

const refused = (why: string): StorageError => new StorageError('CONTINUE_INVALID', `invalid continue token: ${why}`)
const NOT_VALID = 'continue key is not valid'

const jsonOf = (text: string): unknown => {
  const illegal = /[^A-Za-z0-9_-]/.exec(text)
  if (illegal) throw refused(`${NOT_VALID}: illegal base64 data at input byte ${illegal.index}`)
  // A group of four letters is three octets; one letter alone is nothing.
  if (text.length % 4 === 1) throw refused(`${NOT_VALID}: illegal base64 data at input byte ${text.length - 1}`)
  const octets = Buffer.from(text, 'base64url')
  try {
    // What is wrong with it is told octet by octet.
    scanJsonOctets(octets.toString('latin1'))
    return JSON.parse(octets.toString())
  } catch (error) {
    throw refused(`${NOT_VALID}: ${(error as Error).message}`)
  }
}

const EMPTY: { readonly v: unknown; readonly rv: unknown; readonly start: unknown } = { v: '', rv: 0, start: '' }

/** As Go names what JSON has. */
const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** Throws StorageError CONTINUE_INVALID, in Kubernetes' words. */
export const decodeContinue = (text: string): ContinueToken => {
  const value = jsonOf(text)
  if (value !== null && (typeof value !== 'object' || Array.isArray(value)))
    throw refused(`${NOT_VALID}: json: cannot unmarshal ${kindOf(value)} into Go value of type storage.continueToken`)
  const { v, rv, start } = { ...EMPTY, ...value }
  for (const [name, found, type] of [
    ['v', v, 'string'],
    ['rv', rv, 'int64'],
    ['start', start, 'string'],
  ] as const)
    if (found !== null && typeof found !== (type === 'int64' ? 'number' : type)) {
      const field = `Go struct field continueToken.${name} of type ${type}`
      throw refused(`${NOT_VALID}: json: cannot unmarshal ${kindOf(found)} into ${field}`)
    }
  if (v !== VERSION) throw refused(`${NOT_VALID}: server does not recognize this encoded version ${String(v)}`)
  if (!Number.isSafeInteger(rv) || rv === 0)
    throw refused(`${NOT_VALID}: incorrect encoded start resourceVersion (version ${VERSION})`)
  if (typeof start !== 'string' || start === '')
    throw refused(`${NOT_VALID}: encoded start key empty (version ${VERSION})`)
  const key = start.startsWith('/') ? start : `/${start}`
  // What leads out of the list leads nowhere.
  const clean = posix.normalize(key)
  if (clean !== key || (key.length > 1 && key.endsWith('/'))) throw refused(`${NOT_VALID}: ${start}`)
  const revision = rv as number
  const after = key.slice(1)
  return { revision: revision > 0 ? revision : undefined, after: after.endsWith(NEXT) ? after.slice(0, -1) : after }
}
