import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCidr } from '#net/cidr.ts'
import { foreignRules } from './foreign-rules.ts'
import type { ListedExpression, ListedRuleset } from './listed-ruleset.ts'

const RANGES = {
  podCidrs: ['10.244.0.0/16', 'fd00:10:244::/56'].map(parseCidr),
  serviceCidrs: ['10.96.0.0/16', 'fd00:10:96::/112'].map(parseCidr),
}
interface Made {
  readonly family?: string
  readonly table?: string
  readonly type?: string
  readonly hook?: string
  readonly prio?: number
  readonly policy?: string
  readonly rules?: readonly (readonly ListedExpression[])[]
}

/** Chains by their names. */
const rulesetOf = (chains: Readonly<Record<string, Made>>): ListedRuleset => ({
  nftables: Object.entries(chains).flatMap(([name, { family = 'ip', table = 'filter', rules = [], ...more }]) => [
    { chain: { family, table, name, ...more } },
    ...rules.map((expr) => ({ rule: { family, table, chain: name, expr } })),
  ]),
})
const found = (chains: Readonly<Record<string, Made>>): readonly string[] =>
  foreignRules(rulesetOf(chains), RANGES).map(({ code, effect, chain, owner }) =>
    [code, effect, chain, ...(owner === undefined ? [] : [owner])].join(' '),
  )

const forward = { type: 'filter', hook: 'forward', prio: 0 }
const counter = { counter: { packets: 0, bytes: 0 } }
const jump = (target: string): ListedExpression => ({ jump: { target } })
const xt = (type: string, name: string): ListedExpression => ({ xt: { type, name } })
const to = (addr: string, len: number): ListedExpression => ({
  match: { op: '==', left: { payload: { protocol: 'ip', field: 'daddr' } }, right: { prefix: { addr, len } } },
})

test("Docker's policy of dropping what is forwarded is in the way, unless what goes to pods is accepted", () => {
  const docker = { FORWARD: { ...forward, policy: 'drop', rules: [[counter, jump('DOCKER-USER')]] }, 'DOCKER-USER': {} }
  assert.deepEqual(found(docker), ['FORWARD_CLOSED blocks ip filter FORWARD docker'])
  const accepted = (...expr: readonly ListedExpression[]) => ({
    ...docker,
    'DOCKER-USER': { rules: [[...expr, { accept: null }]] },
  })
  assert.deepEqual(found(accepted(to('10.244.0.0', 16), xt('match', 'comment'), counter)), [])
  assert.deepEqual(found(accepted(to('10.0.0.0', 8))), [])
  assert.deepEqual(found(accepted()), [])
  for (const partial of [[to('10.244.1.0', 24)], [to('10.244.0.0', 16), xt('match', 'conntrack')]])
    assert.equal(found(accepted(...partial)).length, 1)
})

test("what kube-proxy's mark lets through is not let through for us", () => {
  const mark = { match: { op: '==', left: { '&': [{ meta: { key: 'mark' } }, 16384] }, right: 16384 } }
  const chains = {
    FORWARD: { ...forward, policy: 'drop', rules: [[jump('KUBE-FORWARD')]] },
    'KUBE-FORWARD': {
      rules: [
        [xt('match', 'conntrack'), { drop: null }],
        [mark, { accept: null }],
      ],
    },
  }
  assert.deepEqual(found(chains), ['FORWARD_CLOSED blocks ip filter FORWARD kube-proxy'])
})

test("firewalld's last rule closes as a policy does, in both families; a policy that accepts closes nothing", () => {
  const chains = (last: ListedExpression) => ({
    filter_FORWARD: { ...forward, family: 'inet', table: 'firewalld', policy: 'accept', rules: [[counter, last]] },
  })
  assert.deepEqual(found(chains({ reject: { type: 'icmpx', expr: 'admin-prohibited' } })), [
    'FORWARD_CLOSED blocks inet firewalld filter_FORWARD firewalld',
  ])
  assert.deepEqual(found(chains({ accept: null })), [])
})

test('a closed input is told, since health checks and pods of the node network are asked there', () => {
  const input = { type: 'filter', hook: 'input', prio: 0, policy: 'drop', rules: [[jump('ufw-before-input')]] }
  assert.deepEqual(found({ INPUT: input, 'ufw-before-input': {} }), ['INPUT_CLOSED may ip filter INPUT ufw'])
})

test('what is dropped, not followed or translated before our chains is told; behind them it does not see Services', () => {
  const raw = (...rules: readonly (readonly ListedExpression[])[]) => ({
    PREROUTING: { table: 'raw', type: 'filter', hook: 'prerouting', prio: -300, policy: 'accept', rules },
  })
  const chain = 'ip raw PREROUTING'
  assert.deepEqual(found(raw([{ notrack: null }])), [`UNTRACKED blocks ${chain}`])
  assert.deepEqual(found(raw([to('10.96.0.0', 16), { notrack: null }])), [`UNTRACKED may ${chain}`])
  assert.deepEqual(found(raw([xt('target', 'CT')])), [`UNTRACKED may ${chain}`])
  assert.deepEqual(found(raw([to('10.96.0.5', 32), { drop: null }])), [`DROPPED_BEFORE may ${chain}`])
  assert.deepEqual(found(raw([to('192.0.2.0', 24), { drop: null }])), [])
  assert.deepEqual(found(raw([xt('target', 'REJECT')])), [`DROPPED_BEFORE blocks ${chain}`])
  const late = { ...raw([{ drop: null }]).PREROUTING, prio: 0 }
  assert.deepEqual(found({ late }), [])
  const nat = { table: 'nat', type: 'nat', hook: 'output', rules: [[xt('target', 'DNAT')]] }
  assert.deepEqual(found({ early: { ...nat, prio: -150 } }), ['TRANSLATED_BEFORE may ip nat early'])
  assert.deepEqual(found({ beside: { ...nat, prio: -100 } }), [])
})

test("another proxy's Services are told in both of kube-proxy's modes; what it refuses behind us, and ours, are not", () => {
  const nat = { type: 'nat', hook: 'prerouting', prio: -100 }
  assert.deepEqual(
    found({
      PREROUTING: { ...nat, table: 'nat', rules: [[jump('KUBE-SERVICES')]] },
      'KUBE-SERVICES': { table: 'nat', rules: [[jump('KUBE-SVC-A')]] },
      'KUBE-SVC-A': { table: 'nat' },
    }),
    ['OTHER_PROXY may ip nat PREROUTING kube-proxy'],
  )
  const table = 'kube-proxy'
  assert.deepEqual(found({ 'nat-prerouting': { ...nat, table, rules: [[jump('services')]] }, services: { table } }), [
    'OTHER_PROXY may ip kube-proxy nat-prerouting kube-proxy',
  ])
  const refusing = { rules: [[to('10.96.0.9', 32), xt('target', 'REJECT')]] }
  assert.deepEqual(
    found({ FORWARD: { ...forward, policy: 'accept', rules: [[jump('KUBE-SERVICES')]] }, 'KUBE-SERVICES': refusing }),
    [],
  )
  assert.deepEqual(found({ forward: { ...forward, table: 'fairlead-policy', policy: 'drop' } }), [])
  assert.deepEqual(foreignRules({ nftables: [{}] }, RANGES), [])
})
