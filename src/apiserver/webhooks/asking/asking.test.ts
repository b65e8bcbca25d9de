import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '#client/client.ts'
import { WebhookError } from '../client/webhook-error.ts'
import { WebhookCounter } from '../webhook-counter.ts'
import { type Asker, askWebhook, CallError } from './asker.ts'
import { denial } from './denial.ts'
import { mutate, PatchError } from './mutate.ts'
import { Round } from './rounds.ts'
import { validate } from './validate.ts'

type Loose = any
const KIND = { group: '', version: 'v1', kind: 'Pod' }
const RESOURCE = { group: '', version: 'v1', plural: 'pods' }
const RULES = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }]
const attributes = (more: object = {}): Loose => ({
  ...{ operation: 'CREATE', kind: KIND, resource: RESOURCE, subresource: '', namespace: 'n', name: 'p' },
  ...{ object: { metadata: { name: 'p' } }, caller: { name: 'rita', groups: [] }, dryRun: false },
  ...more,
})
const hook = (name: string, more: object = {}): Loose => ({
  id: name,
  configuration: 'c',
  webhook: {
    name,
    clientConfig: { url: `https://${name}` },
    rules: RULES,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    ...more,
  },
})
const around: Loose = { namespaceLabels: () => ({ team: 'a' }), equivalents: [] }
const invocation = (more: object = {}): Loose => ({ hook: hook('w', more), kind: KIND, resource: RESOURCE })

/** An asker whose webhooks answer so, and what has been asked, said and noted. */
const asking = (answer: (call: Loose) => Loose) => {
  const calls: Loose[] = []
  const said: string[] = []
  const asker: Asker = {
    uuid: () => 'u',
    counter: new WebhookCounter(),
    show: (kind, object) => ({ shown: kind.kind, object }),
    remarks: {
      warn: (text: string) => said.push(text),
      annotate: (key: string, value: string) => said.push(`${key}=${value}`),
    } as Loose,
    client: {
      post: async (call: Loose) => {
        calls.push(call)
        const response = await answer(call)
        return {
          apiVersion: 'admission.k8s.io/v1',
          kind: 'AdmissionReview',
          response: { uid: 'u', allowed: true, ...response },
        }
      },
    } as Loose,
  }
  return { asker, calls, said, asked: () => calls.map(({ config }) => config.url.slice('https://'.length)) }
}
const failing = (error: Error) =>
  asking(() => {
    throw error
  })
const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing',
    (error: Error) => error.message,
  )

test('a webhook is asked in the first of its versions that is known, for as long as it has, and what it notes is kept', async () => {
  const { asker, calls, said } = asking(() => ({
    warnings: ['careful', 1],
    auditAnnotations: { key: 'value', odd: 1 },
  }))
  const signal = new AbortController().signal
  const given = invocation({ admissionReviewVersions: ['v9', 'v1', 'v1beta1'], timeoutSeconds: 3 })
  const verdict = await askWebhook({ ...asker, signal }, given, attributes({ oldObject: { metadata: {} } }), false)
  assert.equal(verdict.allowed, true)
  assert.deepEqual(said, ['w/key=value', 'careful'])
  const [{ config, body, timeout, signal: heard }] = calls
  assert.deepEqual([config.url, body.apiVersion, timeout, heard], ['https://w', 'admission.k8s.io/v1', 3000, signal])
  assert.deepEqual(body.request.object, { shown: 'Pod', object: { metadata: { name: 'p' } } })
  assert.deepEqual(body.request.oldObject, { shown: 'Pod', object: { metadata: {} } })
  await askWebhook(asker, invocation(), attributes({ object: undefined }), false)
  assert.deepEqual([calls[1].timeout, 'signal' in calls[1], calls[1].body.request.object], [10_000, false, null])
  const none = await messageOf(askWebhook(asker, invocation({ admissionReviewVersions: ['v9'] }), attributes(), false))
  const versions = 'webhook does not accept known AdmissionReview versions (v1, v1beta1)'
  assert.equal(none, `failed calling webhook "w": could not create admission objects: ${versions}`)
})

test('a webhook that has effects of its own is not asked what would be', async () => {
  const dry = attributes({ dryRun: true })
  for (const sideEffects of ['None', 'NoneOnDryRun']) {
    const { asker, calls } = asking(() => ({}))
    await askWebhook(asker, invocation({ sideEffects }), dry, false)
    assert.equal(calls.length, 1)
  }
  for (const sideEffects of ['Some', 'Unknown', undefined]) {
    const { asker, calls } = asking(() => ({}))
    const why = await messageOf(askWebhook(asker, invocation({ sideEffects }), dry, false))
    assert.equal(why, 'admission webhook "w" does not support dry run')
    await askWebhook(asker, invocation({ sideEffects }), attributes(), false)
    assert.equal(calls.length, 1)
  }
})

test('whatever keeps a webhook from answering is told by what it was', async () => {
  const why = (error: Error) => messageOf(askWebhook(failing(error).asker, invocation(), attributes(), false))
  const failed = 'failed calling webhook "w":'
  assert.equal(await why(new WebhookError('WEBHOOK_CONFIG', 'x')), `${failed} could not get REST client: x`)
  assert.equal(await why(new WebhookError('WEBHOOK_REFUSED', 'x')), `${failed} failed to call webhook: x`)
  assert.equal(await why(new Error('a fault of ours')), 'a fault of ours')
  const { asker } = asking(() => ({ uid: 'other' }))
  assert.equal(
    await messageOf(askWebhook(asker, invocation(), attributes(), false)),
    `${failed} received invalid webhook response: expected response.uid="u", got "other"`,
  )
  const error = new CallError('w', 'x', 503, { cause: 1 })
  assert.deepEqual([error.name, error.code, error.cause], ['CallError', 'WEBHOOK_CALL_FAILED', 1])
})

test('a refusal has the webhook’s own words, reason and details, and a code that is one', () => {
  const said = 'admission webhook "w" denied the request'
  assert.deepEqual(denial('w').status, {
    ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' },
    ...{ message: `${said} without explanation`, code: 400 },
  })
  const details = { kind: 'x' }
  const full = denial('w', { message: 'm', reason: 'Expired', code: 410, details }).status
  assert.deepEqual([full.message, full.reason, full.code, full.details], [`${said}: m`, 'Expired', 410, details])
  assert.equal(denial('w', { reason: 'Why' }).status.message, `${said}: Why`)
  assert.deepEqual(
    [200, 399, 400, 500].map((code) => denial('w', { code }).status.code),
    [400, 400, 400, 500],
  )
})

test('all who are to have a say are asked at once, and the first who refuses is the one that is told of', async () => {
  const { asker, asked } = asking(({ config }) => (config.url.endsWith('no') ? { allowed: false } : {}))
  await validate(asker, [hook('a'), hook('b')], attributes(), around)
  assert.deepEqual(asked(), ['a', 'b'])
  const refused = await messageOf(validate(asker, [hook('a'), hook('1-no'), hook('2-no')], attributes(), around))
  assert.equal(refused, 'admission webhook "1-no" denied the request without explanation')
  const gone = failing(new WebhookError('WEBHOOK_UNREACHABLE', 'x'))
  assert.match(
    await messageOf(validate(gone.asker, [hook('a')], attributes(), around)),
    /^Internal error occurred: failed calling webhook "a"/,
  )
  assert.equal(
    await messageOf(validate(gone.asker, [hook('a', { failurePolicy: 'Ignore' })], attributes(), around)),
    'nothing',
  )
  const fault = failing(new Error('ours'))
  assert.equal(
    await messageOf(validate(fault.asker, [hook('a', { failurePolicy: 'Ignore' })], attributes(), around)),
    'ours',
  )
  const some = asking(() => ({}))
  const hooks = [
    hook('a', { rules: [{ ...RULES[0], operations: ['DELETE'] }] }),
    hook('b', { objectSelector: { matchLabels: { x: 'y' } } }),
    hook('c', { namespaceSelector: { matchLabels: { team: 'b' } } }),
    hook('d', { namespaceSelector: { matchLabels: { team: 'a' } } }),
    hook('e'),
  ]
  await validate(some.asker, hooks, attributes(), { ...around, meets: ({ hook }: Loose) => hook.id !== 'e' })
  assert.deepEqual(some.asked(), ['d'])
})

test('a webhook that is told of another form is told in it of what is and what was', async () => {
  const other = {
    ...{
      resource: { group: 'old', version: 'v1', plural: 'pods' },
      kind: { group: 'old', version: 'v1', kind: 'Old' },
    },
    show: (object: Loose) => ({ old: object }),
    take: (object: Loose) => ({ ...object.old, taken: object.more }),
  }
  const hooks = [hook('w', { rules: [{ ...RULES[0], apiGroups: ['old'] }] })]
  const around = { namespaceLabels: () => ({}), equivalents: [other] } as Loose
  const { asker, calls } = asking(() => patch('x'))
  const given = attributes({ oldObject: { was: 1 } })
  const apply = (object: Loose) => ({ ...object, more: 2 })
  assert.deepEqual(await mutate(asker, hooks, given, around, Round.first(), apply), {
    metadata: { name: 'p' },
    taken: 2,
  })
  const quiet = asking(() => ({}))
  await validate(quiet.asker, hooks, given, around)
  for (const [{ body }] of [calls, quiet.calls]) {
    assert.deepEqual(body.request.object, { shown: 'Old', object: { old: { metadata: { name: 'p' } } } })
    assert.deepEqual(body.request.oldObject, { shown: 'Old', object: { old: { was: 1 } } })
    assert.deepEqual([body.request.kind.kind, body.request.requestKind.kind], ['Old', 'Pod'])
  }
  await validate(quiet.asker, hooks, { ...given, oldObject: undefined, object: undefined }, around)
  assert.deepEqual([quiet.calls[1].body.request.object, quiet.calls[1].body.request.oldObject], [null, null])
})

const patch = (text: string) => ({ patchType: 'JSONPatch', patch: Buffer.from(text).toString('base64') })
const change = (hooks: readonly Loose[], asker: Asker, apply: Loose, more: object = {}, round = Round.first()) =>
  mutate(asker, hooks, attributes(more), around, round, apply)

test('one after the other changes an object, and who says nothing of a patch leaves it', async () => {
  const { asker, asked, calls } = asking(({ config }) => (config.url === 'https://b' ? patch(' [] ') : patch('x')))
  const apply = (object: Loose, text: string) => ({ ...object, seen: `${object.seen ?? ''}${text}` })
  assert.deepEqual(await change([hook('a'), hook('b'), hook('c')], asker, apply), {
    metadata: { name: 'p' },
    seen: 'xx',
  })
  assert.deepEqual(asked(), ['a', 'b', 'c'])
  assert.equal(calls[1].body.request.object.object.seen, 'x')
  const quiet = asking(() => ({}))
  const object = { metadata: { name: 'p' } }
  assert.equal(await change([hook('a')], quiet.asker, apply, { object }), object)
})

test('a patch that cannot be is a fault of the webhook, and passed over where its failures are', async () => {
  const { asker } = asking(() => patch('x'))
  const broken = (error: Error) => () => {
    throw error
  }
  const why = (apply: Loose, more: object = {}) => messageOf(change([hook('w', more)], asker, apply))
  const failed =
    'Internal error occurred: failed calling webhook "w": received undecodable patch in webhook response: x'
  assert.equal(await why(broken(new PatchError('x'))), failed)
  assert.equal(await why(broken(new PatchError('x')), { failurePolicy: 'Ignore' }), 'nothing')
  assert.equal(await why(broken(new Error('x')), { failurePolicy: 'Ignore' }), 'Internal error occurred: x')
  const own = new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'own',
    code: 422,
  } as never)
  assert.equal(await why(broken(own)), 'own')
  const odd = asking(() => ({ ...patch('x'), patchType: 'Odd' }))
  assert.match(await messageOf(change([hook('w')], odd.asker, (one: Loose) => one)), /unsupported patch type "Odd"$/)
  const deleted = messageOf(change([hook('w')], asker, (one: Loose) => one, { operation: 'DELETE', object: undefined }))
  const modified = 'attempted to modify the object, which is not supported for this operation'
  assert.equal(await deleted, `Internal error occurred: admission webhook "w" ${modified}`)
  const no = asking(() => ({ allowed: false, status: { message: 'no' } }))
  assert.equal(
    await messageOf(change([hook('w')], no.asker, (one: Loose) => one)),
    'admission webhook "w" denied the request: no',
  )
})

test('in the second round those look again who want to, and after whom somebody has changed something', async () => {
  const again = { reinvocationPolicy: 'IfNeeded' }
  const hooks = [hook('a', again), hook('b'), hook('c', again), hook('d', again)]
  const by = (changing: readonly string[]) =>
    asking(({ config }) => (changing.includes(config.url.slice(-1)) ? patch('x') : {}))
  const apply = (object: Loose) => ({ ...object, count: (object.count ?? 0) + 1 })
  const rounds = async (changing: readonly string[], between: (object: Loose) => Loose = (object) => object) => {
    const first = Round.first()
    const { asker } = by(changing)
    const object = await change(hooks, asker, apply, {}, first)
    const second = by([])
    await change(hooks, second.asker, apply, {}, first.second(between(object)))
    return [first.hasChanged, second.asked().join('')]
  }
  assert.deepEqual(await rounds([]), [false, ''])
  assert.deepEqual(await rounds(['a']), [true, ''], 'nobody wants to look again before it')
  assert.deepEqual(await rounds(['b']), [true, 'a'])
  assert.deepEqual(await rounds(['d']), [true, 'ac'])
  assert.deepEqual(
    await rounds(['b'], (object) => ({ ...object, more: 1 })),
    [true, 'acd'],
    'the server’s own rules too',
  )
})

test('the audit log is told which webhooks changed something, which did not, and which were passed over', async () => {
  const { asker, said } = asking(({ config }) => {
    if (config.url === 'https://c') throw new WebhookError('WEBHOOK_UNREACHABLE', 'x')
    return config.url === 'https://a' ? patch('x') : {}
  })
  const mark = (object: Loose) => ({ ...object, seen: 1 })
  const of = (name: string, index: number, more: object = {}) => ({ ...hook(name, more), index })
  const hooks = [of('a', 1), of('b', 3), of('c', 4, { failurePolicy: 'Ignore' })]
  const mutation = 'mutation.webhook.admission.k8s.io'
  const note = (webhook: string, mutated: boolean) => JSON.stringify({ configuration: 'c', webhook, mutated })
  await change(hooks, asker, mark)
  assert.deepEqual(said.splice(0), [
    `${mutation}/round_0_index_1=${note('a', true)}`,
    `${mutation}/round_0_index_3=${note('b', false)}`,
    `failed-open.${mutation}/round_0_index_4=c`,
    `${mutation}/round_0_index_4=${note('c', false)}`,
  ])
  const second = (() => {
    const first = Round.first()
    first.asked({ id: 'b', reinvocationPolicy: 'IfNeeded' }, false)
    first.asked({ id: 'a' }, true)
    return first.second(undefined)
  })()
  await change(hooks, asker, mark, {}, second)
  assert.deepEqual(said.splice(0), [`${mutation}/round_1_index_3=${note('b', false)}`])
  await messageOf(change([of('c', 0)], asker, mark))
  assert.deepEqual(said.splice(0), [`${mutation}/round_0_index_0=${note('c', false)}`])
  await validate(asker, hooks.slice(1), attributes(), around)
  assert.deepEqual(said, ['failed-open.validating.webhook.admission.k8s.io/round_0_index_1=c'])
})
