import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mountTable, pathOnMachine } from './own-folders.ts'

const ROOT = '/var/lib/fairlead/c/pods/node-1/machine'
const targets = (table: string): readonly string[] => table.split('\n').flatMap((line) => line.split(' ')[1] ?? [])
const table = (root: string, ...there: readonly string[]): readonly string[] =>
  targets(mountTable(root, { has: (path) => there.includes(path) }))
const DEBIAN = ['/etc', '/opt', '/run', '/var', '/var/lib']

test('what a node has of its own lies below its state, and all else is the machine’s', () => {
  const own = ['/etc/cni/net.d', '/opt/cni/bin', '/run/flannel/subnet.env', '/var/lib/cni', '/etc/cni/../cni']
  for (const path of own) assert.equal(pathOnMachine(ROOT, path).startsWith(`${ROOT}/`), true, path)
  assert.equal(pathOnMachine(ROOT, '/var/run/calico'), `${ROOT}/run/calico`)
  assert.equal(pathOnMachine(ROOT, '/run'), `${ROOT}/run`)
  for (const path of ['/etc', '/etc/cnix', '/opt', '/lib/modules', '/run/netns', '/var/run/netns/x', '/running', '/'])
    assert.equal(pathOnMachine(ROOT, path), path)
})

test('folders that the machine has not are shown on top of those above them; that which hides the rest comes last', () => {
  assert.deepEqual(table(ROOT, ...DEBIAN), [
    `${ROOT}/run/netns`,
    '/etc',
    '/etc/cni',
    '/opt',
    '/opt/cni',
    '/run',
    '/var/lib',
  ])
  assert.deepEqual(table(ROOT, ...DEBIAN, '/etc/cni', '/opt/cni', '/opt/cni/bin'), [
    `${ROOT}/run/fairlead/cni-bin`,
    `${ROOT}/run/netns`,
    '/etc/cni',
    '/opt/cni',
    '/run',
    '/var/lib',
  ])
  assert.equal(table('/run/state/machine', ...DEBIAN).at(-1), '/run')
  assert.equal(table('/opt/state/machine', ...DEBIAN).at(-1), '/opt/cni')
  assert.deepEqual(table(ROOT, '/etc', '/run', '/var/lib').includes('/opt'), false)
})

test('what is mounted within the machine’s folders of namespaces and of /run is seen within the node’s, and of others not', () => {
  const lines = mountTable(ROOT, { has: (path) => [...DEBIAN, '/opt/cni/bin'].includes(path) }).split('\n')
  assert.deepEqual(
    lines.filter((line) => line.includes(' none ')).map((line) => line.split(' ').slice(1, 4).join(' ')),
    [
      `${ROOT}/run/fairlead/cni-bin none bind`,
      `${ROOT}/run/netns none rbind`,
      '/etc/cni none bind',
      '/opt/cni none bind',
      '/run none rbind',
      '/var/lib none bind',
    ],
  )
})

test('files of /etc come upon what is laid over them, and only where the machine has them', () => {
  const files = { hosts: '/s/hosts', nothing: '/s/nothing' }
  const found = targets(mountTable(ROOT, { has: (path) => [...DEBIAN, '/etc/hosts'].includes(path), files }))
  assert.deepEqual(found.slice(1, 4), ['/etc', '/etc/cni', '/etc/hosts'])
  assert.equal(found.includes('/etc/nothing'), false)
})

test('a state folder with blanks and colons in its name is written as mount reads it', () => {
  const text = mountTable('/my state:1', { has: (path) => DEBIAN.includes(path) })
  assert.equal(text.includes('overlay /etc overlay ro,lowerdir=/my\\040state\\134:1/etc:/etc 0 0\n'), true, text)
  assert.equal(text.includes('/my\\040state:1/run /run none rbind 0 0\n'), true)
})
