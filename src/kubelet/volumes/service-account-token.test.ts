import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { resources } from '../testing/fake-cluster.ts'
import { PodTokens } from './service-account-token.ts'

interface Asked {
  readonly metadata: object
  readonly spec: { readonly audiences?: readonly string[]; readonly expirationSeconds: number }
}

/** A server that gives tokens that live as long as `life` says, seconds, or as long as was asked. */
const start = ({ life, serviceAccountName }: { life?: number; serviceAccountName?: string } = {}) => {
  const clock = new HandClock()
  const asked: Asked[] = []
  const create = async (_: unknown, request: Asked) => {
    asked.push(request)
    const seconds = life ?? request.spec.expirationSeconds
    const expirationTimestamp = new Date(clock.now() + seconds * 1000).toISOString()
    return { ...request, status: { token: seconds === 0 ? '' : `token-${asked.length}`, expirationTimestamp } }
  }
  const metadata = { name: 'web', namespace: 'shop', uid: 'u-1' }
  const spec = { containers: [], ...(serviceAccountName !== undefined && { serviceAccountName }) }
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec }
  const tokens = new PodTokens({ client: { create }, resources, clock } as never, pod)
  return { tokens, clock, asked }
}

test('a token is asked for once, for its pod, and kept until four fifths of its life are over', async () => {
  const { tokens, clock, asked } = start()
  const from = clock.now()
  assert.equal(tokens.refreshAt, undefined)
  assert.equal(await tokens.get({}), 'token-1')
  assert.deepEqual(asked, [
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { name: 'default', namespace: 'shop' },
      spec: { expirationSeconds: 3600, boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'web', uid: 'u-1' } },
    },
  ])
  assert.equal(tokens.refreshAt, from + 2_880_000)
  clock.advance(2_879_999)
  assert.equal(await tokens.get({}), 'token-1')
  clock.advance(1)
  assert.equal(await tokens.get({}), 'token-2')
  assert.equal(tokens.refreshAt, from + 2 * 2_880_000)
})

test('a token that lives for long is renewed after a day all the same, and one without a life not at every look', async () => {
  const { tokens, clock } = start({ life: 10_000_000 })
  await tokens.get({})
  assert.equal(tokens.refreshAt, clock.now() + 86_400_000)
  const short = start({ life: -5 })
  await short.tokens.get({})
  assert.equal(short.tokens.refreshAt, short.clock.now() + 800)
})

test('each audience and each life has a token of its own, and the first that is due is the next to be renewed', async () => {
  const { tokens, clock, asked } = start({ serviceAccountName: 'robot' })
  await tokens.get({ audience: 'vault', expirationSeconds: 7200 })
  await tokens.get({ audience: 'vault', expirationSeconds: 600 })
  await tokens.get({ audience: '', expirationSeconds: 600 })
  await tokens.get({ audience: 'vault', expirationSeconds: 600 })
  assert.deepEqual(
    asked.map(({ spec: { audiences, expirationSeconds } }) => `${audiences} ${expirationSeconds}`),
    ['vault 7200', 'vault 600', 'undefined 600'],
  )
  assert.deepEqual(asked[0]?.metadata, { name: 'robot', namespace: 'shop' })
  assert.equal(tokens.refreshAt, clock.now() + 480_000)
})

test('a server that gives no token is told of, by the name of the account', async () => {
  await assert.rejects(start({ life: 0 }).tokens.get({}), /serviceaccount default: the server gave no token/)
})
