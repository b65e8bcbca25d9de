import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostOf } from './hostname.ts'

test('a host is read in lower case, without its port and one dot at its end', () => {
  for (const authority of ['shop.test', 'SHOP.test', 'shop.test.', 'shop.test:80', 'shop.test.:', 'Shop.Test.:65535'])
    assert.equal(hostOf(authority), 'shop.test', authority)
  assert.equal(hostOf('[FD00::1]:80'), '[fd00::1]')
  for (const authority of ['', '.', 'shop..test', '.test', 'a b', 'a/b', 'a,b', 'u@shop.test', 'shop.test:x', '[::1'])
    assert.equal(hostOf(authority), undefined, authority)
})

test('a host that is longer than a name can be is none, whatever stands behind it', () => {
  const longest = `${'a.'.repeat(124)}shop5`
  assert.equal(longest.length, 253)
  for (const rest of ['', '.', ':80', '.:65535']) {
    assert.equal(hostOf(`${longest}${rest}`), longest)
    assert.equal(hostOf(`a${longest}${rest}`), undefined)
  }
  assert.equal(hostOf(`[${':'.repeat(252)}]`), undefined)
})
