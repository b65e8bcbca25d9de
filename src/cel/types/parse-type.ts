import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  objectOf,
  optionalOf,
  STRING,
  TIMESTAMP,
  typeOf,
  UINT,
} from './type.ts'

const NAMED: { readonly [name: string]: CelType } = {
  dyn: DYN,
  null: NULL,
  bool: BOOL,
  int: INT,
  uint: UINT,
  double: DOUBLE,
  string: STRING,
  bytes: BYTES,
  timestamp: TIMESTAMP,
  duration: DURATION,
  Quantity: objectOf('kubernetes.Quantity'),
  URL: objectOf('kubernetes.URL'),
  Semver: objectOf('kubernetes.Semver'),
  NamedFormat: objectOf('kubernetes.NamedFormat'),
  Authorizer: objectOf('kubernetes.authorization.Authorizer'),
  PathCheck: objectOf('kubernetes.authorization.PathCheck'),
  GroupCheck: objectOf('kubernetes.authorization.GroupCheck'),
  ResourceCheck: objectOf('kubernetes.authorization.ResourceCheck'),
  Decision: objectOf('kubernetes.authorization.Decision'),
  IP: { kind: 'opaque', name: 'net.IP', of: [] },
  CIDR: { kind: 'opaque', name: 'net.CIDR', of: [] },
}

/** Names, brackets and commas. */
const WORDS = /[A-Za-z]+|[(),]/g

/** A type as declarations of functions write it: `map(string, T)`. A capital letter alone is a parameter. */
export const parseType = (text: string): CelType => {
  const words = text.match(WORDS) ?? []
  let at = 0
  const parts = (): readonly CelType[] => {
    const found: CelType[] = []
    if (words[at] !== '(') return found
    do {
      at++
      found.push(one())
    } while (words[at] === ',')
    at++
    return found
  }
  const one = (): CelType => {
    const name = words[at++]!
    const [first = DYN, second = DYN] = parts()
    if (name === 'list') return listOf(first)
    if (name === 'map') return mapOf(first, second)
    if (name === 'type') return typeOf(first)
    if (name === 'optional') return optionalOf(first)
    if (/^[A-Z]$/.test(name)) return { kind: 'param', name }
    const found = NAMED[name]
    if (found === undefined) throw new TypeError(`no such type: ${text}`)
    return found
  }
  return one()
}
