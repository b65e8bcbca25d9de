import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderBase } from '#dataplane/nftables/render.ts'
import { FakeNftables } from '#kernel/nftables/testing/fake-nftables.ts'
import { removeNodeTables } from './remove-tables.ts'

const BASE_CHAINS = 'own-source nat-prerouting nat-output nat-postrouting filter-forward'.split(' ')

test('what translates goes first and what masquerades last, and whoever else has tables keeps them', async () => {
  const nftables = new FakeNftables()
  nftables.run(renderBase())
  nftables.tables.add('ip kube-proxy')
  for (const family of ['ip', 'ip6'])
    for (const chain of BASE_CHAINS) nftables.hooked.set(`${family} fairlead ${chain}`, '')
  const texts: string[] = []
  nftables.run = (text) => void texts.push(text)
  const removing = removeNodeTables(nftables)
  assert.equal(texts.length, 1)
  const gone = Array.from(texts[0]!.matchAll(/^delete chain (.*)$/gm), ([, chain]) => chain)
  assert.deepEqual(
    gone.sort(),
    ['ip', 'ip6'].flatMap((family) => [`${family} fairlead nat-output`, `${family} fairlead nat-prerouting`]),
  )
  await removing
  assert.deepEqual(texts[1]?.match(/^delete .*$/gm), ['delete table ip fairlead', 'delete table ip6 fairlead'])
  assert.equal(texts.length, 2)
})

test('where there are no tables of ours nothing is done, twice', async () => {
  const nftables = new FakeNftables()
  nftables.tables.add('ip nat')
  for (let times = 0; times < 2; times++) await removeNodeTables(nftables)
  assert.deepEqual([...nftables.tables], ['ip nat'])
})
