import assert from 'node:assert/strict'
import { test } from 'node:test'
import { registriesConf } from './registries-conf.ts'

const NONE = { mirrors: [], insecure: [] }

test('of a registry that is like all others nothing is said, so that the settings of the machine hold', () => {
  assert.equal(registriesConf(NONE, 'docker.io'), undefined)
  assert.equal(
    registriesConf({ mirrors: [{ registry: 'quay.io', mirror: 'm' }], insecure: ['x'] }, 'docker.io'),
    undefined,
  )
})

test('a registry of this machine needs no TLS, nor one that is named as insecure, with its port', () => {
  for (const host of ['localhost:5000', '127.0.0.1:5000', '[::1]:5000', '127.9.9.9'])
    assert.match(registriesConf(NONE, host) ?? '', /insecure = true/, host)
  assert.equal(registriesConf(NONE, 'localhost.example.com'), undefined)
  const insecure = { mirrors: [], insecure: ['registry.local:5000'] }
  assert.match(registriesConf(insecure, 'registry.local:5000') ?? '', /insecure = true/)
  assert.equal(registriesConf(insecure, 'registry.local'), undefined)
  assert.equal(registriesConf(insecure, 'registry.local:5001'), undefined)
  const anyPort = { mirrors: [], insecure: ['registry.local'] }
  for (const host of ['registry.local', 'registry.local:5001'])
    assert.match(registriesConf(anyPort, host) ?? '', /insecure = true/)
})

test('mirrors are asked first, in their order, and by plain HTTP where they say so', () => {
  const mirrors = [
    { registry: 'docker.io', mirror: 'http://mirror.local:5000/hub/' },
    { registry: 'docker.io', mirror: 'https://other.example.com' },
    { registry: 'quay.io', mirror: 'quay.local' },
  ]
  assert.equal(
    registriesConf({ mirrors, insecure: [] }, 'docker.io'),
    `[[registry]]
prefix = "docker.io"
location = "docker.io"

[[registry.mirror]]
location = "mirror.local:5000/hub"
insecure = true

[[registry.mirror]]
location = "other.example.com"
`,
  )
})
