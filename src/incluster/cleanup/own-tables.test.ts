import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { removeOwnTables } from './own-tables.ts'
import { hasServicesOfOthers } from './services-of-others.ts'

test('tables of ours go in one transaction, and those of others stay, whatever they are called', () => {
  const runs: string[] = []
  const kernel = (...tables: string[]) =>
    ({ read: () => `${tables.join('\n')}\n`, run: (text: string) => runs.push(text) }) as unknown as Nftables
  const others = ['table ip fairlead-of-mine', 'table inet fairlead', 'table ip kube-proxy', 'table ip6 nat']
  assert.deepEqual(
    removeOwnTables(kernel(...others, 'table ip6 fairlead', 'table ip fairlead-policy', 'table ip fairlead')),
    ['table ip fairlead', 'table ip fairlead-policy', 'table ip6 fairlead'],
  )
  assert.deepEqual(runs, ['delete table ip fairlead\ndelete table ip fairlead-policy\ndelete table ip6 fairlead\n'])
  assert.deepEqual(removeOwnTables(kernel(...others)), [])
  assert.equal(runs.length, 1, 'where nothing is ours, nothing is written')
})

test('Services of others stand when kube-proxy’s map or chain has something in it', () => {
  const inNftables = (elements: string) =>
    `table ip kube-proxy {\n\tmap service-ips {\n\t\ttype ipv4_addr\n${elements}\t}\n}\n`
  const inIptables = (rule: string) =>
    `table ip nat {\n\tchain KUBE-SERVICES {\n${rule}\t}\n\tchain POSTROUTING {\n\t\taccept\n\t}\n}\n`
  const cases = [
    [inNftables('\t\telements = { 10.96.0.1 . tcp . 443 : goto x }\n'), true],
    [inNftables(''), false],
    [inIptables('\t\tip daddr 10.96.0.1 counter jump KUBE-SVC-X\n'), true],
    [inIptables(''), false],
    [inNftables('').replace('kube-proxy', 'mine') + inIptables(''), false],
    ['', false],
  ] as const
  for (const [ruleset, stands] of cases) assert.equal(hasServicesOfOthers(ruleset), stands, ruleset)
})
