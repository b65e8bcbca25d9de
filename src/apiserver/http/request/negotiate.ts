import { notAcceptable } from '../../errors.ts'

export type Encoding = 'json' | 'yaml' | 'protobuf'

/**
 * What a client wants to read. `as` asks for another kind in place of the object: Table, PartialObjectMetadata,
 * APIGroupDiscoveryList.
 */
export interface Wanted {
  readonly encoding: Encoding
  readonly as?: { readonly kind: string; readonly group: string; readonly version: string }
  /** As people read it. */
  readonly pretty: boolean
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

/** What is named before what is any. */
const breadth = ({ type }: Clause): number => (type === '*/*' ? 2 : type.endsWith('/*') ? 1 : 0)

const parsed = new Map<string, readonly Clause[]>()

const clausesOf = (accept: string): readonly Clause[] => {
  let clauses = parsed.get(accept)
  if (!clauses) {
    // Stable: what a client likes alike keeps its own order.
    clauses = accept
      .split(',')
      .map(parseClause)
      .sort((a, b) => b.quality - a.quality || breadth(a) - breadth(b))
    // A handful of clients send a handful of headers; a hostile one must not fill the memory.
    if (parsed.size > 200) parsed.clear()
    if (accept.length <= 1000) parsed.set(accept, clauses)
  }
  return clauses
}

const matches = (type: string, encoding: Encoding): boolean =>
  type === MEDIA_TYPES[encoding] || type === 'application/*' || type === '*/*'

/** What a clause says beside its type; undefined where this server cannot follow it. */
const optionsOf = ({ parameters }: Clause, encoding: Encoding): Pick<Wanted, 'as' | 'pretty'> | undefined => {
  const stream = parameters.get('stream')
  if (stream && (stream !== 'watch' || encoding === 'yaml')) return undefined
  const server = parameters.get('sv')
  if (server && server !== 'v1') return undefined
  const pretty = parameters.get('pretty') === '1'
  if (!CONVERSION.some((name) => parameters.has(name))) return { pretty }
  const [kind = '', group = '', version = ''] = CONVERSION.map((name) => parameters.get(name))
  return { pretty, as: { kind, group, version } }
}

const CONVERSION = ['as', 'g', 'v']

/** As negotiate(), of documents that have media types of their own: the first of them that a clause names, in their order. */
export const preferred = <T extends string>(accept: string | undefined, types: readonly T[]): T => {
  for (const { type, quality } of clausesOf(accept || '*/*')) {
    if (quality === 0) continue
    const found = types.find((known) => type === known || type === '*/*' || type === `${known.split('/')[0]}/*`)
    if (found !== undefined) return found
  }
  throw notAcceptable(types)
}

/**
 * The first clause of an Accept header that can be served. `serves` says whether a conversion (`as=`) is known here; an
 * unknown one is passed over, as clients list the plain form behind it. `servesPlain` says in what the object itself is
 * written. 406 where nothing is left.
 */
export const negotiate = (
  accept: string | undefined,
  serves: (as: NonNullable<Wanted['as']>, encoding: Encoding) => boolean,
  encodings: readonly Encoding[] = ['json', 'yaml', 'protobuf'],
  servesPlain: (encoding: Encoding) => boolean = () => true,
): Wanted => {
  for (const clause of clausesOf(accept || '*/*')) {
    if (clause.quality === 0) continue
    for (const encoding of encodings) {
      if (!matches(clause.type, encoding)) continue
      const options = optionsOf(clause, encoding)
      if (!options || !(options.as ? serves(options.as, encoding) : servesPlain(encoding))) continue
      return { encoding, contentType: MEDIA_TYPES[encoding], ...options }
    }
  }
  throw notAcceptable(encodings.map((encoding) => MEDIA_TYPES[encoding]))
}
