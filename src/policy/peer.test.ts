import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatCidr } from '#net/cidr.ts'
import {
  blockPeer,
  heldAddress,
  isNamespaceOf,
  isSelected,
  nodePeer,
  type Peer,
  podPeer,
  readSelector,
} from './peer.ts'

test('two peers that say the same have the same key, and whatever differs makes another', () => {
  const app = readSelector({ matchLabels: { app: 'a', tier: 'b' } })!
  const turned = readSelector({ matchExpressions: [{ key: 'tier', operator: 'In', values: ['b'] }] })!
  assert.deepEqual(
    [
      podPeer({ namespaces: { name: 'x' }, pods: app }),
      podPeer({ namespaces: { labels: app }, pods: [] }),
      podPeer({ namespaces: { labels: [] }, pods: turned }),
      nodePeer(app),
    ].map(({ key }) => key),
    ['pods x {app = a; tier = b}', 'pods {app = a; tier = b} {}', 'pods {} {tier in b}', 'nodes {app = a; tier = b}'],
  )
  const same = readSelector({ matchLabels: { tier: 'b', app: 'a' } })!
  assert.equal(nodePeer(same).key, nodePeer(app).key)
  assert.equal(
    blockPeer('10.0.0.0/8', ['10.2.0.0/16', '10.1.0.0/16'])?.key,
    blockPeer('10.0.0.0/8', ['10.1.0.0/16', '10.2.0.0/16'])?.key,
  )
})

test('a block is a range of addresses, cut to its prefix; what is none in it makes it none', () => {
  const read = (cidr: string, ...except: readonly string[]) => {
    const peer = blockPeer(cidr, except) as Extract<Peer, { readonly kind: 'block' }> | undefined
    return peer && [peer.block, ...peer.except].map(formatCidr)
  }
  assert.deepEqual(read('10.0.0.7/8', '10.1.2.3/16'), ['10.0.0.0/8', '10.1.0.0/16'])
  assert.deepEqual(read('fd00::/8'), ['fd00::/8'])
  for (const range of ['10.0.0.0', '10.0.0.0/33', 'fd00::/129', '']) {
    assert.equal(read(range), undefined, range)
    assert.equal(read('10.0.0.0/8', '10.1.0.0/16', range), undefined, range)
  }
})

test('a selector is read as Kubernetes means it, empty as everything, and one that cannot be read is told as such', () => {
  const meets = (selector: NonNullable<Parameters<typeof readSelector>[0]>, labels: Record<string, string>) =>
    isSelected({ namespaces: { labels: [] }, pods: readSelector(selector)! }, 'x', undefined, labels)
  const expression = (operator: string, ...values: readonly string[]) => ({
    matchExpressions: [{ key: 'app', operator, ...(values.length > 0 && { values }) }],
  })
  const LABELS: readonly Record<string, string>[] = [{ app: 'a' }, { app: 'b' }, {}]
  for (const [selector, expected] of [
    [{}, [true, true, true]],
    [{ matchLabels: { app: 'a' } }, [true, false, false]],
    [expression('In', 'a', 'c'), [true, false, false]],
    [expression('NotIn', 'a', 'c'), [false, true, true]],
    [expression('Exists'), [true, true, false]],
    [expression('DoesNotExist'), [false, false, true]],
    [{ matchLabels: { app: 'b' }, ...expression('NotIn', 'a') }, [false, true, false]],
  ] as const)
    assert.deepEqual(
      LABELS.map((labels) => meets(selector, labels)),
      expected,
      JSON.stringify(selector),
    )
  for (const selector of [expression('Like', 'a'), expression('In'), expression('Exists', 'a')]) {
    assert.equal(readSelector(selector), undefined)
    assert.equal(readSelector(selector), undefined, 'however often it is asked')
  }
  const once = { matchLabels: { app: 'a' } }
  assert.equal(readSelector(once), readSelector(once))
})

test('a namespace is meant by its name, or by its labels, of which one that has none meets what is about absence', () => {
  assert.deepEqual([isNamespaceOf({ name: 'x' }, 'x', {}), isNamespaceOf({ name: 'x' }, 'y', {})], [true, false])
  const none: Record<string, string> = {}
  const team = (operator: '=' | '!') => ({ labels: [{ key: 'team', operator, values: operator === '=' ? ['t'] : [] }] })
  assert.deepEqual(
    [{ team: 't' }, { team: 'u' }, none, undefined].map((labels) => isNamespaceOf(team('='), 'x', labels)),
    [true, false, false, false],
  )
  assert.deepEqual(
    [{ team: 't' }, none, undefined].map((labels) => isNamespaceOf(team('!'), 'x', labels)),
    [false, true, true],
  )
  const both = { namespaces: team('='), pods: readSelector({ matchLabels: { app: 'a' } })! }
  assert.deepEqual(
    [
      isSelected(both, 'x', { team: 't' }, { app: 'a' }),
      isSelected(both, 'x', { team: 't' }, { app: 'b' }),
      isSelected(both, 'x', { team: 'u' }, { app: 'a' }),
    ],
    [true, false, false],
  )
})

test('an address is held in its one form, and what is none is not held', () => {
  assert.equal(heldAddress('FD00:0::1')?.text, 'fd00::1')
  assert.deepEqual(heldAddress('10.0.0.1'), { text: '10.0.0.1', address: { family: 'IPv4', value: 0x0a000001n } })
  assert.deepEqual(
    [heldAddress('node-1'), heldAddress('10.0.0.0/8'), heldAddress('')],
    [undefined, undefined, undefined],
  )
})
