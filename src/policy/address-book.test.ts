import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatCidr } from '#net/cidr.ts'
import type { Labels } from '#objects/object.ts'
import { AddressBook } from './address-book.ts'
import { blockPeer, heldAddress, nodePeer, type Peer, type PolicyNode, type PolicyPod, podPeer } from './peer.ts'
import { portsOf } from './traffic.ts'

const held = (texts: readonly string[]) => texts.flatMap((text) => heldAddress(text) ?? [])
const pod = (name: string, addresses: readonly string[], more: Partial<PolicyPod> = {}): PolicyPod => ({
  namespace: 'x',
  name,
  labels: { app: 'a' },
  addresses: held(addresses),
  ports: [],
  node: 'node-1',
  since: 1,
  ...more,
})
const node = (addresses: readonly string[], more: Partial<PolicyNode> = {}): PolicyNode => ({
  name: 'node-1',
  labels: { disk: 'ssd' },
  addresses: held(addresses),
  ...more,
})
const A = podPeer({ namespaces: { name: 'x' }, pods: [{ key: 'app', operator: '=', values: ['a'] }] })
const TEAM = podPeer({ namespaces: { labels: [{ key: 'team', operator: '=', values: ['t'] }] }, pods: [] })
const DISK = nodePeer([{ key: 'disk', operator: '=', values: ['ssd'] }])
const block = (cidr: string, ...except: readonly string[]) => blockPeer(cidr, except) as Peer

const setup = () => {
  const told = new Set<string>()
  const book = new AddressBook<string>({
    address: (address) => told.add(address),
    cells: () => told.add('cells'),
    user: (user) => told.add(`user ${user}`),
  })
  const peersAt = (address: string) => {
    const identity = book.identityOf(address)
    return (
      identity && [...identity.peers, ...identity.limited.map(({ key }) => ({ key: `(${key})` }))].map(({ key }) => key)
    )
  }
  const use = (user: string, peers: readonly Peer[], names: readonly string[] = []) => {
    book.use(user, peers, names)
    book.settle()
  }
  const leave = (user: string, peers: readonly Peer[], names: readonly string[] = []) => {
    book.leave(user, peers, names)
    book.settle()
  }
  const since = () => {
    const all = [...told].sort()
    told.clear()
    return all
  }
  const cells = () => [...book.cells()].map(({ network }) => formatCidr(network))
  const setPod = (pod: PolicyPod) => {
    book.setPod(`${pod.namespace}/${pod.name}`, pod)
    book.settle()
  }
  const removePod = (key: string) => {
    book.removePod(key)
    book.settle()
  }
  const setNamespace = (name: string, labels: Labels | undefined) => {
    book.setNamespace(name, labels)
    book.settle()
  }
  return { book, setPod, removePod, setNamespace, peersAt, use, leave, since, cells }
}

test('an address has an identity while some policy in use speaks of it, and each change of it is told', () => {
  const { book, peersAt, use, leave, since, setPod } = setup()
  setPod(pod('one', ['10.0.0.1', 'fd00::1']))
  assert.deepEqual([peersAt('10.0.0.1'), book.size, since()], [undefined, 0, []])
  use('u', [A])
  assert.deepEqual([peersAt('10.0.0.1'), peersAt('fd00::1'), book.size], [[A.key], [A.key], 2])
  assert.notEqual(book.identityOf('10.0.0.1'), book.identityOf('fd00::1'))
  assert.deepEqual(since(), ['10.0.0.1', 'fd00::1', 'user u'])
  setPod(pod('one', ['10.0.0.2']))
  assert.deepEqual([peersAt('10.0.0.1'), peersAt('10.0.0.2')], [undefined, [A.key]])
  assert.deepEqual(since(), ['10.0.0.1', '10.0.0.2', 'fd00::1', 'user u'])
  leave('u', [A])
  assert.deepEqual([peersAt('10.0.0.2'), book.size, since()], [undefined, 0, ['10.0.0.2']])
})

test('a pod’s new labels, or its namespace’s, make it another; what is gone has none', () => {
  const { book, peersAt, use, since, setPod, removePod, setNamespace } = setup()
  use('u', [A, TEAM])
  setPod(pod('one', ['10.0.0.1']))
  assert.deepEqual(peersAt('10.0.0.1'), [A.key])
  setNamespace('x', { team: 't' })
  assert.deepEqual(peersAt('10.0.0.1'), [A.key, TEAM.key])
  assert.deepEqual(book.namespaceLabels('x'), { team: 't' })
  setPod(pod('one', ['10.0.0.1'], { labels: { app: 'b' } }))
  assert.deepEqual(peersAt('10.0.0.1'), [TEAM.key])
  since()
  removePod('x/one')
  removePod('x/one')
  assert.deepEqual([peersAt('10.0.0.1'), book.size, since()], [undefined, 0, ['10.0.0.1', 'user u']])
  setNamespace('x', {})
  assert.deepEqual([peersAt('10.0.0.1'), since()], [undefined, []])
})

test('peers that come into use when the pods are there mean them, in namespaces by name and by labels, and no others', () => {
  const { peersAt, use, leave, since, setPod, setNamespace } = setup()
  setNamespace('x', { team: 't' })
  setPod(pod('one', ['10.0.0.1']))
  setPod(pod('two', ['10.0.0.2'], { namespace: 'y' }))
  use('u', [TEAM])
  assert.deepEqual([peersAt('10.0.0.1'), peersAt('10.0.0.2'), since()], [[TEAM.key], undefined, ['10.0.0.1', 'user u']])
  use('v', [A])
  assert.deepEqual([peersAt('10.0.0.1'), peersAt('10.0.0.2')], [[TEAM.key, A.key], undefined])
  leave('u', [TEAM])
  assert.deepEqual(peersAt('10.0.0.1'), [A.key])
})

test('of two that have one address the younger is who has it, whichever is told of first or last, and then the other', () => {
  const { book, peersAt, use, since, setPod, removePod } = setup()
  use('u', [A])
  const other = { labels: { app: 'b' } }
  setPod(pod('old', ['10.0.0.1'], { since: 1 }))
  setPod(pod('young', ['10.0.0.1'], { since: 2, ...other }))
  assert.equal(peersAt('10.0.0.1'), undefined)
  setPod(pod('old', ['10.0.0.1'], { since: 1, ports: [{ name: 'web', protocol: 'TCP', port: 80 }] }))
  assert.equal(peersAt('10.0.0.1'), undefined, 'told of again it is no younger')
  since()
  removePod('x/young')
  assert.deepEqual([peersAt('10.0.0.1'), since()], [[A.key], ['10.0.0.1']])
  setPod(pod('older', ['10.0.0.1'], { since: 0, ...other }))
  assert.deepEqual(peersAt('10.0.0.1'), [A.key])
  book.setNode(node(['10.0.0.1']))
  assert.deepEqual(peersAt('10.0.0.1'), [A.key], 'a node’s address is a pod’s where one has it')
})

test('blocks mean pods, nodes and everybody else; cells are those else, and do not overlap', () => {
  const { book, peersAt, use, leave, since, cells, setPod } = setup()
  setPod(pod('one', ['10.0.0.1']))
  book.setNode(node(['10.0.0.2']))
  const [all, some] = [block('10.0.0.0/24', '10.0.0.2/32'), block('10.0.0.0/30')]
  use('u', [all, A])
  assert.deepEqual([peersAt('10.0.0.1'), peersAt('10.0.0.2')], [[A.key, all.key], undefined])
  assert.deepEqual(since(), ['10.0.0.1', 'cells', 'user u'])
  use('v', [some])
  assert.deepEqual([peersAt('10.0.0.1')?.sort(), peersAt('10.0.0.2')], [[A.key, all.key, some.key].sort(), [some.key]])
  assert.deepEqual(cells(), [
    '10.0.0.0/31',
    '10.0.0.2/32',
    '10.0.0.3/32',
    '10.0.0.4/30',
    '10.0.0.8/29',
    '10.0.0.16/28',
    '10.0.0.32/27',
    '10.0.0.64/26',
    '10.0.0.128/25',
  ])
  const number = (text: string) => book.numberOf(heldAddress(text)!)
  assert.equal(number('10.0.0.1'), book.identityOf('10.0.0.1')?.number)
  assert.equal(number('10.0.0.0'), number('10.0.0.3'))
  assert.notEqual(number('10.0.0.3'), number('10.0.0.4'))
  assert.equal(number('10.0.0.200'), number('10.0.0.4'))
  assert.deepEqual([number('10.0.1.0'), number('fd00::1')], [0, 0])
  leave('u', [all, A])
  assert.deepEqual([peersAt('10.0.0.1'), cells()], [[some.key], ['10.0.0.0/30']])
  leave('v', [some])
  assert.deepEqual([peersAt('10.0.0.1'), cells(), book.size], [undefined, [], 0])
})

test('nodes are meant by their labels, and where they stand for a pod by that pod’s, for its traffic', () => {
  const { book, peersAt, use, leave, since, setNamespace } = setup()
  const serves = { namespace: 'x', labels: { app: 'a' }, traffic: portsOf('UDP', 53, 53), ports: [] }
  book.setNode(node(['172.30.0.1'], { serves }))
  use('u', [DISK, A])
  assert.deepEqual(peersAt('172.30.0.1'), [DISK.key, `(${A.key})`])
  assert.equal(book.identityOf('172.30.0.1')?.limit, serves.traffic)
  book.setNode(node(['172.30.0.1'], { serves, labels: {} }))
  assert.deepEqual(peersAt('172.30.0.1'), [`(${A.key})`])
  use('v', [TEAM])
  setNamespace('x', { team: 't' })
  assert.deepEqual(peersAt('172.30.0.1'), [`(${A.key})`, `(${TEAM.key})`])
  leave('u', [DISK, A])
  assert.deepEqual(peersAt('172.30.0.1'), [`(${TEAM.key})`])
  since()
  book.removeNode('node-1')
  book.removeNode('node-1')
  assert.deepEqual([peersAt('172.30.0.1'), book.size, since()], [undefined, 0, ['172.30.0.1', 'user v']])
})

test('a node that stands for a pod has the names of that pod’s ports while somebody asks for them', () => {
  const { book, use, leave, since } = setup()
  const dns = { name: 'dns', protocol: 'UDP', port: 53 } as const
  const serves = { namespace: 'x', labels: { app: 'a' }, traffic: portsOf('UDP', 53, 53), ports: [dns] }
  book.setNode(node(['172.30.0.1'], { serves, labels: {} }))
  use('u', [A])
  assert.deepEqual(book.identityOf('172.30.0.1')?.ports, [])
  since()
  use('v', [], ['dns', 'other'])
  assert.deepEqual(book.identityOf('172.30.0.1')?.ports, [dns])
  leave('v', [], ['dns', 'other'])
  assert.deepEqual(book.identityOf('172.30.0.1')?.ports, [])
  leave('u', [A])
  assert.equal(book.size, 0)
})

test('names of ports count while somebody asks for them, and tell apart whom nothing else does', () => {
  const { book, use, leave, since, setPod } = setup()
  const web = (port: number) => [
    { name: 'web', protocol: 'TCP' as const, port },
    { name: 'other', protocol: 'TCP' as const, port: 1 },
  ]
  setPod(pod('one', ['10.0.0.1'], { ports: web(80) }))
  setPod(pod('two', ['10.0.0.2'], { ports: web(81) }))
  setPod(pod('none', ['10.0.0.3']))
  assert.equal(book.identityOf('10.0.0.1'), undefined)
  use('u', [], ['web'])
  use('v', [], ['web'])
  assert.deepEqual(
    ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((one) =>
      book.identityOf(one)?.ports.map(({ name, port }) => `${name} ${port}`),
    ),
    [['web 80'], ['web 81'], undefined],
  )
  assert.equal([...book.named].length, 2)
  since()
  setPod(pod('two', ['10.0.0.2'], { ports: web(82) }))
  assert.deepEqual(since(), ['10.0.0.2', 'user u', 'user v'])
  leave('u', [], ['web'])
  assert.equal([...book.named].length, 2, 'another asks for it still')
  leave('v', [], ['web'])
  assert.deepEqual([book.identityOf('10.0.0.1'), [...book.named], book.size], [undefined, [], 0])
})

test('users of a peer are told of classes that come and go, others are not', () => {
  const { book, use, since, setPod, removePod } = setup()
  use('u', [A])
  use('v', [TEAM])
  use('w', [A])
  since()
  setPod(pod('one', ['10.0.0.1']))
  assert.deepEqual(since(), ['10.0.0.1', 'user u', 'user w'])
  setPod(pod('two', ['10.0.0.2']))
  assert.deepEqual(since(), ['10.0.0.2'], 'another of a class that is there')
  removePod('x/one')
  assert.deepEqual(since(), ['10.0.0.1'])
  removePod('x/two')
  assert.deepEqual(since(), ['10.0.0.2', 'user u', 'user w'])
  assert.deepEqual([...book.of(A.key)], [])
})
