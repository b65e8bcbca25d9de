import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '#routes/ingress/testing/ask.ts'
import { ingress, route, rule, secret } from '#routes/ingress/testing/ingresses.ts'
import { partsOf, tableWithout } from './parts.ts'
import { withPlainHosts } from './plain-hosts.ts'

const rules = [rule('a.example', 'Prefix / web'), rule('b.example', 'Prefix / api')]
const tls = ['a', 'b'].map((name) => ({ hosts: [`${name}.example`], secretName: name }))
const secrets = ['a', 'b'].map((name) => secret(name, [`${name}.example`]))
const cluster = { ingresses: [ingress('shop', { rules, tls })], secrets }

test('while the HTTPS of a host of an Ingress is left out nobody is sent there, and it is a part all the same', () => {
  const whole = route(cluster)
  const table = { ...whole, sites: [whole.site!], authorities: new Map<string, string>() }
  const id = [...partsOf(table).keys()].find((one) => one.endsWith(' a.example'))!
  const without = (...ids: readonly string[]) => {
    const some = new Set(ids)
    const left = withPlainHosts(table, some, (refusals) => route(cluster, { refusals }).site)
    const { sites, ...all } = tableWithout(left, some)
    return ['http://a.example/', 'https://a.example/', 'http://b.example/', 'https://b.example/'].map((url) =>
      ask({ ...whole, ...all, site: sites[0]! }, url),
    )
  }
  assert.deepEqual(without(), ['308 https', 'web', '308 https', 'api'])
  assert.deepEqual(without(id), ['web', '404', '308 https', 'api'])
  assert.deepEqual(without(id, id.replace('a.example', 'b.example')), ['web', '404', 'api', '404'])
  assert.equal(
    withPlainHosts(table, new Set(['Ingress shop/shop 0']), () => assert.fail()),
    table,
  )
})
