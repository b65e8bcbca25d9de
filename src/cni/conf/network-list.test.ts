import assert from 'node:assert/strict'
import { test } from 'node:test'
import { confFiles, hasCapability, parseNetwork } from './network-list.ts'

const none = () => []
const parse = (
  value: unknown,
  path = '/etc/cni/net.d/10-n.conflist',
  beside: Parameters<typeof parseNetwork>[1] = none,
) => parseNetwork({ path, text: typeof value === 'string' ? value : JSON.stringify(value) }, beside)
const bridge = { type: 'bridge', bridge: 'cni0' }
const list = { name: 'pods', cniVersion: '1.0.0', plugins: [bridge, { type: 'portmap' }] }

test('of a folder the files that end in .conflist, .conf and .json are looked at, by name', () => {
  const names = [
    '20-b.conf',
    'README',
    '10-z.conflist',
    '10-a.json',
    'calico-kubeconfig',
    '10-A.conflist.bak',
    '05.conf~',
  ]
  assert.deepEqual(confFiles(names), ['10-a.json', '10-z.conflist', '20-b.conf'])
})

test('a list gives its plugins in their order, as they are written', () => {
  assert.deepEqual(parse(list), {
    name: 'pods',
    cniVersion: '1.0.0',
    disableCheck: false,
    disableGC: false,
    plugins: [bridge, { type: 'portmap' }],
  })
})

test('a file with one plugin is a list of one, by the name that it gives', () => {
  const single = { name: 'one', cniVersion: '0.3.1', ...bridge }
  for (const path of ['a.conf', 'a.json']) {
    const { name, cniVersion, plugins, disableCheck, disableGC } = parse(single, path)
    assert.deepEqual({ name, cniVersion, plugins }, { name: 'one', cniVersion: '0.3.1', plugins: [single] })
    assert.deepEqual([disableCheck, disableGC], [false, false])
  }
})

test('CHECK and GC can be switched off, by true and by its text', () => {
  const { disableCheck, disableGC } = parse({ ...list, disableCheck: true, disableGC: 'true' })
  assert.deepEqual([disableCheck, disableGC], [true, true])
  const off = parse({ ...list, disableCheck: 'false', disableGC: false })
  assert.deepEqual([off.disableCheck, off.disableGC], [false, false])
  assert.throws(() => parse({ ...list, disableCheck: 'maybe' }), /10-n.conflist: disableCheck must be true or false/)
})

test('a list takes the plugins of the folder beside it that has its name, unless it says not to', () => {
  const beside = (name: string) => [{ path: `/etc/cni/net.d/${name}/50.conf`, text: '{"type":"firewall"}' }]
  const types = (value: unknown) => parse(value, undefined, beside).plugins.map(({ type }) => type)
  assert.deepEqual(types(list), ['bridge', 'portmap', 'firewall'])
  assert.deepEqual(types({ ...list, plugins: undefined }), ['firewall'])
  assert.deepEqual(types({ ...list, loadOnlyInlinedPlugins: true }), ['bridge', 'portmap'])
  assert.throws(() => types({ ...list, plugins: [], loadOnlyInlinedPlugins: true }), /no plugins are configured/)
})

test('of several versions the newest that we speak is taken; others are refused by their names', () => {
  assert.equal(parse({ ...list, cniVersions: ['0.3.1', '1.1.0', '9.0.0'] }).cniVersion, '1.1.0')
  assert.equal(parse({ ...list, cniVersion: undefined, cniVersions: ['0.4.0'] }).cniVersion, '0.4.0')
  for (const cniVersion of ['0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'])
    assert.equal(parse({ ...list, cniVersion }).cniVersion, cniVersion)
  assert.throws(() => parse({ ...list, cniVersion: '0.2.0' }), {
    code: 'CNI_CONF_INVALID',
    message: '/etc/cni/net.d/10-n.conflist: cniVersion 0.2.0 is not supported: 0.3.0 to 1.1.0 are',
  })
  assert.throws(() => parse({ ...list, cniVersion: undefined }), /cniVersion is missing: 0.3.0 to 1.1.0 are/)
  assert.throws(() => parse({ ...list, cniVersion: 1 }), /cniVersion must be a text/)
  assert.throws(() => parse({ ...list, cniVersions: '1.0.0' }), /cniVersions must be a list/)
})

const BROKEN: readonly (readonly [value: unknown, said: RegExp, path?: string])[] = [
  ['{', /10-n.conflist: is no JSON/],
  ['[]', /must be an object/],
  [{ ...list, name: undefined }, /has no name/],
  [{ ...list, name: 'a/b' }, /name "a\/b" must be of letters/],
  [{ ...list, plugins: {} }, /plugins must be a list/],
  [{ ...list, plugins: [] }, /no plugins are configured/],
  [{ ...list, plugins: [{}] }, /a plugin has no 'type'/],
  [{ ...list, plugins: [null] }, /a plugin has no 'type'/],
  [{ ...list, plugins: [{ type: '../sh' }] }, /invalid plugin name: ..\/sh/],
  [{ ...list, plugins: [{ type: '.' }] }, /invalid plugin name: \./],
  [{ ...list, plugins: [{ type: '..' }] }, /invalid plugin name: \.\./],
  [{ ...list, plugins: [{ type: '' }] }, /a plugin has no 'type'/],
  [{ ...list, name: '' }, /has no name/],
  [list, /20.conf: network type not found.*\.conflist/, '20.conf'],
]

test('what is no configuration is refused with the file and what is wrong in it', () => {
  for (const [value, said, path] of BROKEN)
    assert.throws(() => parse(value, path), { code: 'CNI_CONF_INVALID', message: said }, `${JSON.stringify(value)}`)
})

test('a network hands on what any of its plugins says that it can', () => {
  const network = parse({
    ...list,
    plugins: [bridge, { type: 'portmap', capabilities: { portMappings: true, snat: false } }],
  })
  assert.deepEqual(
    ['portMappings', 'snat', 'bandwidth'].map((one) => hasCapability(network, one)),
    [true, false, false],
  )
})
