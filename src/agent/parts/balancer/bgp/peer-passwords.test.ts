import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secrets } from '#api/core/secret/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { PeerPasswords } from './peer-passwords.ts'

const namespace = 'fairlead-system'
const turn = () => new Promise((resolve) => setImmediate(resolve))

const start = () => {
  const clock = new HandClock()
  const gets: string[] = []
  const state = { isAway: false, changes: 0 }
  const client = new FakeClient({
    clock,
    fault: (verb, resource, name) => {
      if (resource.plural !== 'secrets' || verb === 'create' || verb === 'update') return undefined
      gets.push(`${verb} ${name}`)
      return state.isAway ? new Error('no route') : undefined
    },
  })
  const passwords = new PeerPasswords({ client, namespace, clock, random: () => 1, onChange: () => state.changes++ })
  const make = (name: string, type: string, data: Record<string, string>) =>
    client.create(
      secrets,
      { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type, data },
      { namespace },
    )
  const later = async (ms: number) => {
    clock.advance(ms)
    await turn()
  }
  return { clock, client, gets, state, passwords, make, later }
}
const base64 = (text: string) => Buffer.from(text).toString('base64')

test('a password is got by name, looked at again, and forgotten with its peer', async () => {
  const { passwords, make, gets, later, client, state } = start()
  await make('tor', 'kubernetes.io/basic-auth', { password: base64('first') })
  passwords.want(new Set(['tor']))
  assert.deepEqual(passwords.of('tor'), {})
  await turn()
  assert.deepEqual(passwords.of('tor'), { text: 'first' })
  const known = await client.get(secrets, 'tor', { namespace })
  await client.update(secrets, { ...known, data: { password: base64('second') } }, { namespace })
  await later(600_000)
  assert.deepEqual([passwords.of('tor'), state.changes], [{ text: 'second' }, 2])
  passwords.want(new Set())
  const before = gets.length
  await later(3_600_000)
  assert.deepEqual([passwords.of('tor'), gets.length, [...new Set(gets)]], [{}, before, ['get tor']])
})

test('one that is not there is asked for again; one that was read stays while the API is away', async () => {
  const { passwords, make, later, state } = start()
  passwords.want(new Set(['tor']))
  await turn()
  assert.match(passwords.of('tor').fault ?? '', /not found/)
  await make('tor', 'kubernetes.io/basic-auth', { password: base64('x') })
  await later(1_000)
  assert.deepEqual(passwords.of('tor'), { text: 'x' })
  state.isAway = true
  await later(600_000)
  assert.deepEqual(passwords.of('tor'), { text: 'x', fault: 'no route' })
})

test('a Secret of another type, or without a password, has none', async () => {
  const { passwords, make } = start()
  await make('plain', 'Opaque', { password: base64('x') })
  await make('empty', 'kubernetes.io/basic-auth', { username: base64('x') })
  passwords.want(new Set(['plain', 'empty']))
  await turn()
  assert.match(passwords.of('plain').fault ?? '', /of type Opaque; make it anew as kubernetes\.io\/basic-auth/)
  assert.match(passwords.of('empty').fault ?? '', /no key password/)
})
