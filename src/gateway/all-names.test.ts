import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingress, route, rule, secret } from '#routes/ingress/testing/ingresses.ts'
import { listenersForAll, portsForAll, withoutAllNames } from './all-names.ts'

const ALL = { defaultBackend: { service: { name: 'web', port: { number: 80 } } }, tls: [{ secretName: 'all' }] }
const ONE = { rules: [rule('a.test', 'Prefix / web')], tls: [{ hosts: ['a.test'], secretName: 'one' }] }

test('what is shown to whoever asks is of its port, and of the namespace that the certificate is from', () => {
  const ingresses = [ingress('team/all', ALL), ingress('one', ONE)]
  const secrets = [secret('all', ['all.test'], 'team'), secret('one', ['a.test'])]
  const { site, ...more } = route({ ingresses, secrets })
  const table = { ...more, sites: [site!], authorities: new Map() }
  const [kind] = [...portsForAll(table).keys()]
  assert.deepEqual([...portsForAll(table)], [[kind, new Set(['team'])]])
  assert.deepEqual(listenersForAll(table, new Set([kind!])), ['IngressClass undefined/fairlead *'])
  assert.deepEqual(listenersForAll(table, new Set(['another'])), [])
  const strict = withoutAllNames(table, new Set([kind!]))
  assert.equal(portsForAll(strict).size, 0)
  // Names that the certificate is for are served.
  const ports = strict.sites.flatMap((one) => one.ports).filter(({ kind }) => kind === 'tls')
  assert.deepEqual(
    ports.map((port) => [port.isStrict, port.listeners]),
    site!.ports.filter(({ kind }) => kind === 'tls').map(({ listeners }) => [true, listeners]),
  )
  assert.equal(withoutAllNames(table, new Set(['another'])), table)
  // Of two ports the one that has to wait.
  const other = site!.ports.map((port) => ({ ...port, bind: port.bind + 1 }))
  const both = { ...table, sites: [{ ...site!, ports: [...site!.ports, ...other] }] }
  const left = portsForAll(withoutAllNames(both, new Set([kind!])))
  assert.deepEqual([portsForAll(both).size, left.size, left.has(kind!)], [2, 1, false])
})
