import { type Cidr, containsCidr, tryParseCidr } from '#net/cidr.ts'
import type { ListedExpression, ListedRule } from './listed-ruleset.ts'

const xtOf = ({ xt }: ListedExpression): { readonly type?: string; readonly name?: string } =>
  (xt ?? {}) as { readonly type?: string; readonly name?: string }

/** Whether a packet that fits the rule ends here: `drop`, `reject`, or iptables' REJECT. */
export const endsPacket = ({ expr }: ListedRule): boolean =>
  expr.some((one) => 'drop' in one || 'reject' in one || (xtOf(one).type === 'target' && xtOf(one).name === 'REJECT'))

const accepts = ({ expr }: ListedRule): boolean => expr.some((one) => 'accept' in one)

/** Whether it translates destinations. */
export const translates = ({ expr }: ListedRule): boolean =>
  expr.some(
    (one) =>
      'dnat' in one ||
      'redirect' in one ||
      (xtOf(one).type === 'target' && /^(?:DNAT|REDIRECT)$/.test(xtOf(one).name ?? '')),
  )

/** Whether connections are not to be followed. iptables' CT does other things too, and nft does not show which. */
export const untracks = ({ expr }: ListedRule): 'yes' | 'perhaps' | 'no' => {
  if (expr.some((one) => 'notrack' in one)) return 'yes'
  return expr.some((one) => xtOf(one).type === 'target' && /^(?:CT|NOTRACK)$/.test(xtOf(one).name ?? ''))
    ? 'perhaps'
    : 'no'
}

/** What a rule asks of a packet; counters, logs and comments ask nothing. */
export const conditionsOf = ({ expr }: ListedRule): readonly ListedExpression[] =>
  expr.filter(
    (one) =>
      'match' in one || 'vmap' in one || 'limit' in one || (xtOf(one).type === 'match' && xtOf(one).name !== 'comment'),
  )

interface Match {
  readonly op: string
  readonly left: { readonly payload?: { readonly protocol?: string; readonly field?: string } }
  readonly right: unknown
}

/** The range that a condition wants a packet's destination in; undefined for another condition. */
export const destinationOf = (condition: ListedExpression): Cidr | undefined => {
  const { op, left, right } = (condition.match ?? {}) as Partial<Match>
  const { protocol = '', field } = left?.payload ?? {}
  if (op !== '==' || field !== 'daddr' || !/^ip6?$/.test(protocol)) return undefined
  if (typeof right === 'string') return tryParseCidr(`${right}/${protocol === 'ip' ? 32 : 128}`)
  const { prefix } = (right ?? {}) as { readonly prefix?: { readonly addr: string; readonly len: number } }
  return prefix && tryParseCidr(`${prefix.addr}/${prefix.len}`)
}

/** Whether every new connection to that range is accepted: whatever else it is. */
export const acceptsAllTo = (rule: ListedRule, range: Cidr): boolean =>
  accepts(rule) &&
  conditionsOf(rule).every((condition) => {
    const destination = destinationOf(condition)
    return destination !== undefined && containsCidr(destination, range)
  })
