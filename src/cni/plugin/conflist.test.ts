import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetwork } from '../conf/network-list.ts'
import { CONFLIST, conflistText, takenBefore } from './conflist.ts'

const parsed = (text: string) => parseNetwork({ path: CONFLIST, text }, () => [])

test('the configuration is one that runtimes read, with the plugins that follow ours', () => {
  const { name, cniVersion, plugins } = parsed(conflistText({ versions: ['1.0.0'] }))
  assert.deepEqual([name, cniVersion, plugins], ['fairlead', '1.0.0', [{ type: 'fairlead' }]])
  const portmap = { type: 'portmap', capabilities: { portMappings: true } }
  const text = conflistText({ versions: ['1.0.0', '1.1.0'], socket: '/run/x.sock', more: [portmap] })
  assert.deepEqual(parsed(text).plugins, [{ type: 'fairlead', socket: '/run/x.sock' }, portmap])
  assert.equal(parsed(text).cniVersion, '1.1.0')
  assert.match(text, /"cniVersion": "1\.0\.0"/)
})

test('whose configuration sorts before ours is taken in its place', () => {
  assert.equal(takenBefore([]), undefined)
  assert.equal(takenBefore([CONFLIST, '10-flannel.conflist', '05-notes.txt', '87-podman.conflist']), undefined)
  assert.equal(takenBefore(['10-calico.conflist', CONFLIST, '05-cilium.conf']), '05-cilium.conf')
})
