import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SitePort } from '#routes/table/table.ts'
import { authorityName } from '../file-names.ts'
import { listener, OPTIONS, portOf } from '../testing/one-site.ts'
import { httpBinds, tlsWords } from './binds.ts'

const PASSED = { mode: 'Passthrough' } as const
const own = (more: Partial<SitePort> = {}) => httpBinds(portOf(443, 'tls', more), OPTIONS)

test('a port has a socket for each family of the pod’s addresses', () => {
  const families = ['IPv4', 'IPv6'] as const
  assert.deepEqual(httpBinds(portOf(80, 'http'), { ...OPTIONS, families }), [
    'bind 0.0.0.0:10080',
    'bind :::10080 v6only',
  ])
  assert.deepEqual(httpBinds(portOf(443, 'tls'), { ...OPTIONS, families }), [
    'bind 0.0.0.0:10443 ssl crt-list lists/10443.list alpn h2,http/1.1',
    'bind :::10443 v6only ssl crt-list lists/10443.list alpn h2,http/1.1',
  ])
})

test('where names lead to TLS of backends, too, HTTPS is behind what tells them apart', () => {
  assert.deepEqual(own({ listeners: [listener('HTTPS', 'a.test'), listener('TLS', 'b.test', PASSED)] }), [
    'bind abns@fairlead-https-10443 accept-proxy ssl strict-sni crt-list lists/10443.list alpn h2,http/1.1',
  ])
})

test('who asks for a name that no listener has is shown a certificate where a listener for all names has one', () => {
  const words = (...listeners: SitePort['listeners']) => tlsWords(portOf(443, 'tls', { listeners }))
  const STRICT = 'ssl strict-sni crt-list lists/10443.list'
  assert.equal(words(listener('HTTPS', 'a.test'), listener('HTTPS')), 'ssl crt-list lists/10443.list')
  assert.equal(words(listener('HTTPS', 'a.test')), STRICT)
  assert.equal(tlsWords(portOf(443, 'tls', { listeners: [listener('HTTPS')], isStrict: true })), STRICT)
  assert.equal(words(listener('TLS', '', PASSED)), STRICT)
  assert.equal(words(listener('HTTPS', '', { mode: 'Terminate', certificates: [] })), STRICT)
})

test('clients must show a certificate of an authority, or may show any or none', () => {
  const authorities = ['one', 'two']
  const [always = ''] = own({ clients: { mode: 'AllowValidOnly', authorities } })
  assert.ok(always.endsWith(` ca-file ${authorityName(authorities)} verify required`), always)
  const [maybe = ''] = own({ clients: { mode: 'AllowInsecureFallback', authorities } })
  assert.ok(
    maybe.endsWith(` ca-file ${authorityName(authorities)} verify optional ca-ignore-err all crt-ignore-err all`),
    maybe,
  )
})
