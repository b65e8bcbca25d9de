import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseImageReference } from '#runtime/images/image-reference.ts'
import { loginsFor } from './pull-secret.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const secret = (auths: object) => ({ data: { '.dockerconfigjson': base64(JSON.stringify({ auths })) } })
const users = (image: string, auths: object): readonly string[] =>
  loginsFor(parseImageReference(image), [secret(auths)]).map(({ username }) => username)
const user = (username: string) => ({ username, password: 'p' })

test('a login is read from its fields or from what is encoded, in both forms of Secrets', () => {
  const of = (entry: object) => loginsFor(parseImageReference('h.io/x'), [secret({ 'h.io': entry })])
  assert.deepEqual(of({ auth: base64('me:pass:word') }), [{ username: 'me', password: 'pass:word' }])
  assert.deepEqual(of({ username: 'me', password: 'p', auth: base64('other:q') }), [{ username: 'me', password: 'p' }])
  assert.deepEqual(of({ auth: base64('me:p'), identitytoken: 't' }), [
    { username: 'me', password: 'p', identityToken: 't' },
  ])
  const older = { data: { '.dockercfg': base64(JSON.stringify({ 'h.io': user('old') })) } }
  assert.deepEqual(loginsFor(parseImageReference('h.io/x'), [older, { data: {} }, {}]), [user('old')])
})

test('a login is for its host, port and path; stars stand for a part of the host; Docker’s registry has many names', () => {
  const auths = {
    'https://index.docker.io/v1/': user('hub'),
    'h.io': user('host'),
    'h.io:5000': user('port'),
    'h.io/team': user('team'),
    '*.wild.io': user('wild'),
  }
  assert.deepEqual(users('nginx', auths), ['hub'])
  assert.deepEqual(users('docker.io/team/x', auths), ['hub'])
  assert.deepEqual(users('h.io/x', auths), ['host'])
  assert.deepEqual(users('h.io:5000/x', auths), ['port'])
  assert.deepEqual(users('h.io/team/x', auths), ['team', 'host'])
  assert.deepEqual(users('a.wild.io/x', auths), ['wild'])
  assert.deepEqual(users('a.b.wild.io/x', auths), [])
  assert.deepEqual(users('wild.io/x', auths), [])
  assert.deepEqual(users('hxio/x', { 'h.io': user('no') }), [])
})

test('the most particular login is shown first, in whatever order and Secrets they stand', () => {
  const paths = ['h.io', 'h.io/team', 'h.io/team/web']
  const wanted = [...paths].reverse()
  for (const order of [paths, wanted, [paths[1]!, paths[2]!, paths[0]!]]) {
    const auths = Object.fromEntries(order.map((path) => [path, user(path)]))
    assert.deepEqual(users('h.io/team/web', auths), wanted)
    const apart = order.map((path) => secret({ [path]: user(path) }))
    const logins = loginsFor(parseImageReference('h.io/team/web'), apart)
    assert.deepEqual(
      logins.map(({ username }) => username),
      wanted,
    )
  }
})

test('a Secret that cannot be read shows nobody anything', () => {
  for (const text of ['', 'no json', '[]', '{"auths":3}', '{"auths":null}'])
    assert.deepEqual(
      loginsFor(parseImageReference('h.io/x'), [{ data: { '.dockerconfigjson': base64(text) } }]),
      [],
      text,
    )
})
