import { constants } from 'node:os'
import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { parseCidr } from '#net/cidr.ts'
import type { ElementChange } from '#net/element-change.ts'
import { formatAddress, fromBytes, parseAddress, toBytes } from '#net/ip-address.ts'
import { KernelError } from '../../kernel-error.ts'
import { viewOf } from '../../netlink/netlink-message.ts'
import type { DumpedElement } from '../element-dump.ts'
import type { Nftables } from '../libnftables.ts'

/** What a set's fields are, as its `typeof` says. */
type FieldType = 'address' | 'protocol' | 'port' | 'word' | 'slot' | 'verdict'

const PROTOCOLS: readonly (readonly [string, number])[] = [
  ['tcp', 6],
  ['udp', 17],
  ['sctp', 132],
]
// linux/netfilter.h, nf_tables.h
const NF_DROP = 0
const NFT_GOTO = -4
const NFT_RETURN = -5
const VERDICTS: ReadonlyMap<string, number> = new Map([
  ['drop', NF_DROP],
  ['return', NFT_RETURN],
])

/**
 * nftables in memory, for tests: keeps tables, chains and elements, is atomic, and refuses what the kernel refuses (an
 * element that is there with other data, a deletion of what is not there). `refuse` can refuse more, of messages too,
 * which it is shown as text; `loseAnswers` commits and throws all the same.
 */
export class FakeNftables implements Nftables {
  readonly #types = new Map<string, { readonly key: readonly FieldType[]; readonly data: readonly FieldType[] }>()
  /** `ip fairlead frontends` → key → data. */
  sets = new Map<string, Map<string, string>>()
  tables = new Set<string>()
  /** `ip fairlead services` → its rules. */
  chains = new Map<string, string[]>()
  /** `ip fairlead services` → how it is hooked in, `type nat hook output priority -100;`; `ip fairlead ` → the table's flags. */
  hooked = new Map<string, string>()
  /** Of elements that expire, by set and key: milliseconds. */
  readonly timeouts = new Map<string, { readonly timeout: number; readonly expiresIn: number }>()
  /** All that were accepted. */
  transactions = 0
  /** Those that changed something: as in the kernel, another is not counted there. */
  #generation = 0
  #hasChanged = false
  refuse: (text: string) => string | undefined = () => undefined
  loseAnswers = false

  run(text: string): void {
    const before = {
      sets: new Map([...this.sets].map(([name, set]) => [name, new Map(set)])),
      tables: new Set(this.tables),
      chains: new Map([...this.chains].map(([name, rules]) => [name, [...rules]])),
      hooked: new Map(this.hooked),
    }
    try {
      const refusal = this.refuse(text)
      if (refusal !== undefined) throw failure(refusal)
      this.#hasChanged = false
      this.#apply(text)
    } catch (error) {
      Object.assign(this, before)
      throw error
    }
    this.transactions++
    if (this.#hasChanged) this.#generation++
    if (this.loseAnswers)
      throw new KernelError('NFT_ANSWER_LOST', { operation: 'fake', message: 'the answer was lost' })
  }

  read(text: string): string {
    if (text !== 'list tables') throw failure(`${text} is not known here`)
    return [...this.tables].map((table) => `table ${table}\n`).join('')
  }

  apply(changes: readonly ElementChange[]): void {
    const texts = changes.map((change) => {
      const { command, family, table, set, count, keyLength, dataLength, bytes, hasEnds, areRanges } = change
      const name = `${family} ${table} ${set}`
      const middle = hasEnds || areRanges ? 2 * keyLength : keyLength
      const size = middle + dataLength
      const { key, data } = this.#typesOf(name)
      const elements = Array.from({ length: count }, (_, index) => {
        const of = (from: number) => toText(bytes.subarray(index * size + from), key, family, !hasEnds && LITTLE_ENDIAN)
        const last = (): string => of(keyLength).split(' . ').at(-1) as string
        const left = hasEnds ? `${of(0)}-${last()}` : areRanges ? networkOf(of(0), last()) : of(0)
        return dataLength === 0 ? left : `${left} : ${toText(bytes.subarray(index * size + middle), data, family)}`
      })
      return `${command} element ${name} { ${elements.join(', ')} }\n`
    })
    this.run(texts.join(''))
  }

  dump(family: 'ip' | 'ip6', table: string, set: string, visit: (element: DumpedElement) => void): void {
    const name = `${family} ${table} ${set}`
    const { key, data } = this.#typesOf(name)
    for (const [left, right] of this.sets.get(name) ?? []) {
      const ports = portsOf(left)
      const range = left.includes('/') ? rangeOf(left) : ports
      // nft turns numbers round in keys with such a range.
      const order = ports === undefined && LITTLE_ENDIAN
      const chain = right.startsWith('goto ') ? right.slice('goto '.length) : undefined
      const one = {
        key: toBinary(range?.first ?? left, key, order),
        keyEnd: range && key.length > 1 ? toBinary(range.last, key, order) : undefined,
        isEnd: false,
        data: data[0] === 'verdict' || right === '' ? undefined : toBinary(right, data),
        verdict:
          data[0] === 'verdict' ? { code: chain === undefined ? VERDICTS.get(right)! : NFT_GOTO, chain } : undefined,
        ...(this.timeouts.get(`${name} ${left}`) ?? { timeout: undefined, expiresIn: undefined }),
      }
      visit(one)
      if (range && key.length === 1) visit({ ...one, key: behind(one.key, range.last), data: undefined, isEnd: true })
    }
  }

  rules(family: 'ip' | 'ip6', table: string, visit: (chain: string, expressions: Uint8Array) => void): void {
    const start = `${family} ${table} `
    for (const [name, rules] of this.chains)
      if (name.startsWith(start))
        for (const rule of rules) visit(name.slice(start.length), new TextEncoder().encode(rule))
  }

  hooks(family: 'ip' | 'ip6', table: string, visit: (chain: string | undefined, settings: Uint8Array) => void): void {
    const start = `${family} ${table} `
    for (const [name, settings] of this.hooked)
      if (name.startsWith(start))
        visit(name === start ? undefined : name.slice(start.length), new TextEncoder().encode(settings))
  }

  generation(): number {
    return this.#generation
  }

  close(): void {}

  #typesOf(name: string) {
    const types = this.#types.get(name)
    if (types !== undefined && this.tables.has(name.split(' ').slice(0, 2).join(' '))) return types
    throw new KernelError('NFT_APPLY_FAILED', { operation: 'fake', errno: constants.errno.ENOENT, object: name })
  }

  #apply(text: string): void {
    let table = ''
    let chain = ''
    for (const line of text.split('\n').map((one) => one.trim())) {
      const words = line.split(' ')
      const name = `${words[2]} ${words[3]}`
      if (words[0] === 'table') {
        table = `${words[1]} ${words[2]}`
        this.#makeTable(table)
      } else if (words[0] === 'chain') {
        chain = `${table} ${words[1]}`
        this.chains.set(chain, [])
        this.#hasChanged = true
      } else if (words[0] === 'set' || words[0] === 'map') {
        const [key = '', data = ''] = line
          .slice(line.indexOf('typeof ') + 'typeof '.length, line.indexOf(';'))
          .split(' : ')
        this.#hasChanged ||= !this.#types.has(`${table} ${words[1]}`)
        this.#types.set(`${table} ${words[1]}`, { key: typesOf(key), data: typesOf(data) })
      } else if (line.startsWith('add table')) {
        this.#makeTable(name)
        if (!line.includes('{')) continue
        this.#hasChanged = true
        this.hooked.set(`${name} `, line.slice(line.indexOf('{')))
      } else if (line.startsWith('delete table')) {
        if (!this.tables.delete(name)) throw failure(`no table ${name}`)
        this.#hasChanged = true
        for (const set of this.sets.keys()) if (set.startsWith(`${name} `)) this.sets.delete(set)
        for (const held of [this.chains, this.hooked])
          for (const one of held.keys()) if (one.startsWith(`${name} `)) held.delete(one)
      } else if (line === '}') {
        chain = ''
      } else if (chain !== '') {
        this.#hasChanged = true
        if (words[0] === 'type') this.hooked.set(chain, line)
        else this.chains.get(chain)?.push(line)
      } else if (words[0] === 'flush') {
        this.#hasChanged = this.sets.delete(`${name} ${words[4]}`) || this.#hasChanged
      } else if (words[1] === 'element') {
        this.#elements(words[0] as string, `${name} ${words[4]}`, line.slice(line.indexOf('{') + 1, -1))
      }
    }
  }

  #makeTable(name: string): void {
    this.#hasChanged ||= !this.tables.has(name)
    this.tables.add(name)
  }

  #elements(command: string, name: string, list: string): void {
    const set = this.sets.get(name) ?? new Map<string, string>()
    this.sets.set(name, set)
    for (const element of list.split(', ')) {
      // IPv6 has colons too: data stands behind one with spaces.
      const [left = '', data = ''] = element
        .trim()
        .replace(/ comment "[^"]*"/, '')
        .split(' : ')
      const [key = '', timeout = '', expires = ''] = left.split(/ timeout | expires /)
      if (expires !== '')
        this.timeouts.set(`${name} ${key}`, { timeout: milliseconds(timeout), expiresIn: milliseconds(expires) })
      if (command === 'delete') {
        if (!set.delete(key)) throw failure(`delete ${name} ${key}: No such file or directory`)
      } else if (set.has(key) && set.get(key) !== data) {
        throw failure(`add ${name} ${key}: File exists`)
      } else if (set.has(key)) {
        continue
      } else {
        set.set(key, data)
      }
      this.#hasChanged = true
    }
    if (set.size === 0) this.sets.delete(name)
  }
}

const typesOf = (text: string): readonly FieldType[] =>
  text.split(' . ').map((field) => {
    if (/addr$/.test(field)) return 'address'
    if (field === 'meta l4proto') return 'protocol'
    if (field === 'th dport') return 'port'
    if (field === 'verdict') return 'verdict'
    return field.startsWith('numgen') ? 'slot' : 'word'
  })

function toText(
  bytes: Uint8Array,
  types: readonly FieldType[],
  family: 'ip' | 'ip6',
  isLittleEndian = LITTLE_ENDIAN,
): string {
  const size = family === 'ip' ? 4 : 16
  let at = 0
  return types
    .map((type) => {
      const field = bytes.subarray(at, at + (type === 'address' ? size : 4))
      at += type === 'address' ? size : 4
      if (type === 'address') return formatAddress(fromBytes(field))
      if (type === 'protocol') return PROTOCOLS.find(([, number]) => number === field[0])?.[0]
      if (type === 'port') return viewOf(field).getUint16(0)
      if (type === 'verdict') return [...VERDICTS].find(([, code]) => code === viewOf(field).getInt32(0))?.[0]
      const word = viewOf(field).getUint32(0, isLittleEndian)
      return type === 'word' ? `0x${word.toString(16)}` : word
    })
    .join(' . ')
}

function toBinary(text: string, types: readonly FieldType[], isLittleEndian = LITTLE_ENDIAN): Uint8Array {
  const fields = text.split(' . ').map((field, index) => {
    const type = types[index]
    if (type === 'address') return toBytes(parseAddress(field))
    const bytes = new Uint8Array(4)
    if (type === 'protocol') bytes[0] = PROTOCOLS.find(([name]) => name === field)?.[1] ?? 0
    else if (type === 'port') viewOf(bytes).setUint16(0, Number(field))
    else viewOf(bytes).setUint32(0, Number(field), isLittleEndian)
    return bytes
  })
  return Uint8Array.from(fields.flatMap((field) => [...field]))
}

const milliseconds = (text: string): number => Number.parseInt(text, 10) * (text.endsWith('ms') ? 1 : 1000)

/** The network from its first address to before the one behind it. */
const networkOf = (first: string, behind: string): string => {
  const { family, value } = parseAddress(first)
  const bits = family === 'IPv4' ? 32 : 128
  const size = (parseAddress(behind).value || 1n << BigInt(bits)) - value
  return `${first}/${bits - size.toString(2).length + 1}`
}

/** The first address behind a range. */
const behind = (key: Uint8Array, last: string): Uint8Array => {
  const end = parseAddress(last)
  return toBytes({ ...end, value: BigInt.asUintN(key.length * 8, end.value + 1n) })
}

/** A key whose last field is a prefix: the same with its first and its last address. */
function rangeOf(key: string): { readonly first: string; readonly last: string } {
  const fields = key.split(' . ')
  const { address, prefix } = parseCidr(fields.pop() as string)
  const size = BigInt((address.family === 'IPv4' ? 32 : 128) - prefix)
  const last = { ...address, value: address.value | ((1n << size) - 1n) }
  return { first: [...fields, formatAddress(address)].join(' . '), last: [...fields, formatAddress(last)].join(' . ') }
}

const failure = (message: string) => new KernelError('NFT_APPLY_FAILED', { operation: 'fake', message })

/** `… . 80-443`: ports from one to another, at the end of a key. */
const portsOf = (text: string): { readonly first: string; readonly last: string } | undefined => {
  const [whole, before = '', first, last] = /^(.* \. )?(\d+)-(\d+)$/.exec(text) ?? []
  return whole === undefined ? undefined : { first: `${before}${first}`, last: `${before}${last}` }
}
