import assert from 'node:assert/strict'
import { test } from 'node:test'
import { environmentProxy, parseProxy } from './proxy-choice.ts'

const chosen = (server: string, environment: Record<string, string>): string | undefined =>
  environmentProxy(new URL(server), environment)?.href

test('the environment’s proxy is that of the server’s scheme, in capitals or not; capitals go first', () => {
  const both = { HTTPS_PROXY: 'http://secure:1', HTTP_PROXY: 'http://plain:1' }
  assert.equal(chosen('https://api.example', both), 'http://secure:1/')
  assert.equal(chosen('http://api.example', both), 'http://plain:1/')
  assert.equal(chosen('https://api.example', { https_proxy: 'small:1', HTTPS_PROXY: '' }), 'http://small:1/')
  assert.equal(chosen('https://api.example', { https_proxy: 'small:1', HTTPS_PROXY: 'tall:1' }), 'http://tall:1/')
  assert.equal(chosen('https://api.example', { HTTP_PROXY: 'http://plain:1', ALL_PROXY: 'http://all:1' }), undefined)
})

test('NO_PROXY is read as Go reads it: names with what is below, addresses, ranges, ports; this machine is never proxied', () => {
  for (const [server, noProxy, direct] of [
    ['https://api.example', '', false],
    ['https://api.example', '*', true],
    ['https://api.example', 'other, api.example ', true],
    ['https://API.example', 'api.EXAMPLE', true],
    ['https://eu.api.example', 'api.example', true],
    ['https://euapi.example', 'api.example', false],
    ['https://api.example', '.example', true],
    ['https://example', '.example', false],
    ['https://api.example', '*.example', true],
    ['https://api.example', 'api.example:443', true],
    ['https://api.example:6443', 'api.example:443', false],
    ['https://10.1.2.3:6443', '10.0.0.0/8', true],
    ['https://10.1.2.3:6443', '10.1.2.3', true],
    ['https://10.1.2.3:6443', '10.1.2.3:6443', true],
    ['https://10.1.2.3:6443', '10.1.2.3:443', false],
    ['https://10.1.2.3:6443', '10.1.2.30', false],
    ['https://[fd00::1]:6443', 'fd00::/8', true],
    ['https://[fd00::1]:6443', '[fd00::1]:6443', true],
    ['https://localhost:6443', '', true],
    ['https://127.8.0.1:6443', '', true],
    ['https://[::1]:6443', '', true],
  ] as const) {
    const proxy = chosen(server, { HTTPS_PROXY: 'http://p:1', NO_PROXY: noProxy })
    assert.equal(proxy === undefined, direct, `${server} with NO_PROXY=${noProxy}`)
  }
})

test('what is no proxy is refused, by the name of where it stands', () => {
  for (const text of ['ftp://p:1', 'http://', 'a b'])
    assert.throws(() => parseProxy(text, '$HTTPS_PROXY'), { code: 'KUBECONFIG_INVALID', message: /^\$HTTPS_PROXY "/ })
  assert.equal(parseProxy('socks5://me:secret@p', 'x').hostname, 'p')
})
