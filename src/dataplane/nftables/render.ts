import { UPLINK } from '#podnetwork/machine-plan.ts'
import { POD_LINKS } from '#podnetwork/pod-plan.ts'
import type { UsedKind } from './compile.ts'
import type { Chain, Element, Field, Key, Rule, Statement, TableFamily, Value } from './rule.ts'
import { TABLE_FAMILIES, WORD } from './rule.ts'
import { type Kind, kindName } from './ruleset/kinds.ts'
import { NODE_RULESET } from './ruleset/node-ruleset.ts'
import type { Ruleset } from './ruleset/ruleset.ts'
import type { SetDefinition } from './set-definition.ts'

const hex = (word: number): string => `0x${word.toString(16)}`

const NAMES: { readonly [F in Extract<Field, string>]: (family: TableFamily) => string } = {
  saddr: (family) => `${family} saddr`,
  daddr: (family) => `${family} daddr`,
  l4proto: () => 'meta l4proto',
  dport: () => 'th dport',
  'ct-daddr': (family) => `ct original ${family} daddr`,
  'ct-dport': () => 'ct original proto-dst',
  client: (family) => (family === 'ip' ? 'ip saddr' : 'jhash ip6 saddr mod 4294967295 seed 0x5eed'),
  word: () => 'meta priority',
  mark: () => 'meta mark',
  'ct-mark': () => 'ct mark',
}

function field(one: Field, family: TableFamily): string {
  if (typeof one === 'string') return NAMES[one](family)
  return 'random' in one ? `numgen random mod ${one.random}` : `meta priority & ${hex(one.word)}`
}

const key = (fields: Key, family: TableFamily): string => fields.map((one) => field(one, family)).join(' . ')

function statement(one: Statement, family: TableFamily): string {
  switch (one.do) {
    case 'lookup':
      return `${key(one.key, family)} ${one.not ? '!= ' : ''}@${one.set}`
    case 'has-ports':
      return 'meta l4proto { tcp, udp, sctp }'
    case 'protocol-is':
      return `meta l4proto ${one.not ? '!= ' : ''}${one.protocol}`
    case 'translated':
      return 'ct status dnat'
    case 'connection-invalid':
      return 'ct state invalid'
    case 'connection-answered':
      return 'ct state established,related'
    case 'connection-untracked':
      return 'ct state untracked'
    case 'mid-stream':
      return 'tcp flags & (syn | ack) != syn'
    case 'from-pod':
      return `iifname "${POD_LINKS}*"`
    case 'no-source':
      return `${family} saddr ${family === 'ip' ? '0.0.0.0' : '::'}`
    case 'no-way-back':
      return 'fib saddr . iif oif missing'
    case 'from-uplink':
      return `iifname "${UPLINK}"`
    case 'source-is-node':
      return 'fib saddr type local'
    case 'word-has':
      return `meta priority & ${hex(one.bit)} != 0`
    case 'word-is':
      return `meta priority ${hex(one.word)}`
    case 'set-word':
      if (one.and === 0) return `meta priority set ${hex(one.or)}`
      return `meta priority set meta priority & ${hex(one.and)}${one.or === 0 ? '' : ` | ${hex(one.or)}`}`
    case 'set-word-from':
      return `meta priority set ${key(one.key, family)} map @${one.map}`
    case 'goto-kind':
      return `meta priority & ${hex(WORD.KIND)} vmap @kinds`
    case 'judge':
      return `${key(one.key, family)} vmap @${one.map}`
    case 'update':
      return `update @${one.map} { ${key(one.key, family)} timeout ${one.seconds}s : ${field(one.data, family)} }`
    case 'forget':
      return `delete @${one.map} { ${key(one.key, family)} : ${field(one.data, family)} }`
    case 'set-mark-from':
      return `meta mark set ${key(one.key, family)} map @${one.map}`
    case 'set-flow-from':
      return `ct mark set ${key(one.key, family)} map @${one.map}`
    case 'set-mark-by-hash':
      return `meta mark set jhash ${family} saddr . ${family} daddr mod ${one.nodes} seed 0x5eed offset 1`
    case 'set-mark-to-flow':
      return 'meta mark set ct mark'
    case 'dnat':
      return `dnat ${family} to ${key(one.key, family)} map @${one.map}`
    case 'snat':
      return `snat ${family} to ${key(one.key, family)} map @${one.map} fully-random`
    case 'goto':
    case 'jump':
      return `${one.do} ${one.chain}`
    case 'return':
    case 'drop':
    case 'accept':
    case 'notrack':
      return one.do
    case 'masquerade':
      return 'masquerade fully-random'
    case 'reject':
      if (one.with === 'tcp-reset') return 'reject with tcp reset'
      return `reject with ${family === 'ip' ? 'icmp' : 'icmpv6'} type port-unreachable`
  }
}

/** `ip saddr != @pod-cidrs jump outside` */
export const renderRule = (rule: Rule, family: TableFamily): string =>
  rule.map((one) => statement(one, family)).join(' ')

const wordOfSet = ({ data }: SetDefinition): 'set' | 'map' => (data === undefined ? 'set' : 'map')

/** What makes a set: its name, its shape and its flags. */
export function renderSet(definition: SetDefinition, family: TableFamily): string {
  const { name, key: fields, data, interval, owner } = definition
  // nft cannot list a set that is typed by jhash; numgen has the same type.
  const typed = fields.map((one) => (one === 'client' && family === 'ip6' ? { random: 2 } : one))
  const to = data === undefined ? '' : ` : ${typeof data === 'string' ? 'verdict' : key(data, family)}`
  const dynamic = owner === 'packets' ? ' flags dynamic,timeout; size 1048576; timeout 3h;' : ''
  const flags = interval ? ' flags interval;' : dynamic
  return ` ${wordOfSet(definition)} ${name} { typeof ${key(typed, family)}${to};${flags} }`
}

/** Commands that empty these sets. */
export const renderFlush = (sets: readonly SetDefinition[], { table }: Pick<Ruleset, 'table'> = NODE_RULESET): string =>
  TABLE_FAMILIES.flatMap((family) =>
    sets.map((one) => `flush ${wordOfSet(one)} ${family} ${table} ${one.name}\n`),
  ).join('')

function renderChain({ name, hook, rules }: Chain, family: TableFamily): string {
  const at = hook === undefined ? '' : `  type ${hook.type} hook ${hook.hook} priority ${hook.priority};\n`
  return ` chain ${name} {\n${at}${rules.map((rule) => `  ${renderRule(rule, family)}\n`).join('')} }`
}

/** The constant part of both tables. */
export function renderBase({ table, sets, chains }: Ruleset = NODE_RULESET): string {
  return TABLE_FAMILIES.map((family) =>
    [
      `table ${family} ${table} {`,
      ...sets.definitions.map((set) => renderSet(set, family)),
      ...chains.map((chain) => renderChain(chain, family)),
      '}\n',
    ].join('\n'),
  ).join('')
}

/** Takes the tables away if they are there: `add` first, since only newer nft has `destroy`. */
export const renderDelete = ({ table }: Pick<Ruleset, 'table'> = NODE_RULESET): string =>
  TABLE_FAMILIES.map((family) => `add table ${family} ${table}\ndelete table ${family} ${table}\n`).join('')

const verdictOf = (kind: Kind): string =>
  kind.kind === 'drop' ? 'drop' : `goto ${kind.kind === 'reject' ? 'reject-it' : kindName(kind)}`

/** The chains of kinds and their elements of the verdict map. `made` holds `ip stick-10` of chains that are there; new ones are added to it. */
export function renderKinds(
  kinds: Iterable<UsedKind>,
  made: Set<string>,
  { table, kindChains }: Ruleset = NODE_RULESET,
): string {
  let text = ''
  for (const { family, number, kind } of kinds) {
    for (const chain of kindChains(kind)) {
      if (made.has(`${family} ${chain.name}`)) continue
      made.add(`${family} ${chain.name}`)
      text += `table ${family} ${table} {\n${renderChain(chain, family)}\n}\n`
    }
    text += `add element ${family} ${table} kinds { ${hex(number)} : ${verdictOf(kind)} }\n`
  }
  return text
}

/** `10.96.0.1 . tcp . 80`; with the set's name, what tells one element of a family from another. */
export const elementKey = ({ key: values }: Element): string => values.join(' . ')

/** Words and marks are told in hex: their bits mean something. */
const valuesText = (values: readonly Value[], fields: Key): string =>
  values
    .map((value, index) => {
      const one = fields[index]
      return one === 'word' || one === 'mark' || one === 'ct-mark' ? hex(value as number) : value
    })
    .join(' . ')

function elementText({ key: values, data, comment }: Element, set: SetDefinition, withData: boolean): string {
  const left = valuesText(values, set.key)
  if (!withData || data === undefined) return left
  const named = comment === undefined ? left : `${left} comment "${comment}"`
  return `${named} : ${valuesText(data, typeof set.data === 'string' ? [] : (set.data ?? []))}`
}

/** Commands for elements, one for each set that is touched. */
export function renderElements(
  command: 'add' | 'delete',
  elements: Iterable<Element>,
  { table, sets }: Pick<Ruleset, 'sets' | 'table'> = NODE_RULESET,
): string {
  const bySet = new Map<string, string[]>()
  for (const element of elements) {
    const name = `${element.family} ${table} ${element.set}`
    const { definition } = sets.layout(element.family, element.set)
    const text = elementText(element, definition, command === 'add')
    const texts = bySet.get(name)
    if (texts === undefined) bySet.set(name, [text])
    else texts.push(text)
  }
  let text = ''
  for (const [name, texts] of bySet) text += `${command} element ${name} { ${texts.join(', ')} }\n`
  return text
}
