import { own } from '#schema/own.ts'
import { notAcceptable } from '../../errors.ts'

export type Encoding = 'json' | 'yaml' | 'protobuf'

/**
 * What a client wants to read. `as` asks for another kind in place of the object: Table, PartialObjectMetadata,
 * APIGroupDiscoveryList.
 */
export interface Wanted {
  readonly encoding: Encoding
  readonly as?: { readonly kind: string; readonly group: string; readonly version: string }
  /** The media type to answer with. */
  readonly contentType: string
}

const MEDIA_TYPES: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
}

interface Clause {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
  readonly quality: number
}

const parseClause = (text: string): Clause => {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim())
  const parameters = new Map<string, string>()
  for (const part of rest) {
    const at = part.indexOf('=')
    if (at > 0) parameters.set(part.slice(0, at).toLowerCase(), part.slice(at + 1))
  }
  const quality = Number(parameters.get('q') ?? 1)
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 0 : quality }
}

const ENCODINGS: Readonly<Record<string, Encoding>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
  '*/*': 'json',
  'application/*': 'json',
}

const parsed = new Map<string, readonly Clause[]>()

const clausesOf = (accept: string): readonly Clause[] => {
  let clauses = parsed.get(accept)
  if (!clauses) {
    // Stable: equal qualities keep the client's order.
    clauses = accept
      .split(',')
      .map(parseClause)
      .sort((a, b) => b.quality - a.quality)
    // A handful of clients send a handful of headers; a hostile one must not fill the memory.
    if (parsed.size > 200) parsed.clear()
    if (accept.length <= 1000) parsed.set(accept, clauses)
  }
  return clauses
}

/**
 * The first clause of an Accept header that can be served. `serves` says whether a conversion (`as=`) is known here; an
 * unknown one is passed over, as clients list the plain form behind it. 406 where nothing is left.
 */
export const negotiate = (
  accept: string | undefined,
  serves: (as: NonNullable<Wanted['as']>, encoding: Encoding) => boolean,
  encodings: readonly Encoding[] = ['json', 'yaml', 'protobuf'],
): Wanted => {
  for (const { type, parameters, quality } of clausesOf(accept || '*/*')) {
    const encoding = own(ENCODINGS, type)
    if (quality === 0 || !encoding || !encodings.includes(encoding)) continue
    const kind = parameters.get('as')
    if (!kind) return { encoding, contentType: MEDIA_TYPES[encoding] }
    const as = { kind, group: parameters.get('g') ?? '', version: parameters.get('v') ?? '' }
    if (serves(as, encoding)) {
      return {
        encoding,
        as,
        contentType: `${MEDIA_TYPES[encoding]};g=${as.group};v=${as.version};as=${kind}`,
      }
    }
  }
  throw notAcceptable(encodings.map((encoding) => MEDIA_TYPES[encoding]))
}
