import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { Matrix, MatrixCell } from '#explain/trace/policies/matrix.ts'
import { matrixQuestions, probedCells } from './matrix-questions.ts'

const NONE: ReadonlySet<string> = new Set()
const pod = (namespace: string, name: string, ...addresses: readonly string[]) =>
  ({
    metadata: { namespace, name, uid: name },
    spec: { nodeName: `node-of-${name}` },
    status: { podIP: addresses[0], podIPs: addresses.map((ip) => ({ ip })) },
  }) as unknown as Pod
const word = { passes: true, isolatedBy: [] }
const cell = (from: string, to: string, port: number, passes = true): MatrixCell => ({
  from,
  to,
  port,
  passes,
  egress: word,
  ingress: word,
})
const group = (namespace: string, name: string, ...pods: readonly string[]) => ({
  namespace,
  name,
  pods,
  ports: [80],
  isolatedBy: { ingress: [], egress: [] },
})
const matrix = (cells: readonly MatrixCell[], more: Partial<Matrix> = {}): Matrix => ({
  protocol: 'TCP',
  family: 'IPv4',
  policies: 1,
  groups: [group('shop', 'web', 'web-1', 'web-2'), group('shop', 'db', 'db'), group('bank', 'db', 'db')],
  cells,
  ...more,
})
const pods = [
  pod('shop', 'web-1', '10.0.0.1', 'fd00::1'),
  pod('shop', 'web-2', 'fd00::2', '10.0.0.2'),
  pod('shop', 'db', '10.0.0.3'),
  pod('bank', 'db', '10.0.1.3'),
]
const namespaceOf = ({ metadata }: Pod): string => `/run/netns/${metadata?.namespace}-${metadata?.name}`
const asked = (given: Matrix, of = namespaceOf as Parameters<typeof matrixQuestions>[3]) =>
  matrixQuestions(given, pods, NONE, of).map(
    ({ question }) =>
      question &&
      `${question.namespace.slice(11)} to ${question.address} ${question.port}/${question.protocol} ${question.expected}`,
  )

test('each cell is tried from the first pod of its row to the first of its column, as it is expected', () => {
  const cells = [
    cell('shop/web', 'shop/db', 5432),
    cell('shop/db', 'shop/web', 80, false),
    cell('shop/web', 'bank/db', 1),
    cell('bank/db', 'shop/db', 2),
  ]
  assert.deepEqual(asked(matrix(cells)), [
    'shop-web-1 to 10.0.0.3 5432/TCP true',
    'shop-db to 10.0.0.1 80/TCP false',
    'shop-web-1 to 10.0.1.3 1/TCP true',
    'bank-db to 10.0.0.3 2/TCP true',
  ])
})

test('of a group with itself another of its pods is asked, where there is one', () => {
  const cells = [cell('shop/web', 'shop/web', 80), cell('shop/db', 'shop/db', 80)]
  assert.deepEqual(asked(matrix(cells)), ['shop-web-1 to 10.0.0.2 80/TCP true', 'shop-db to 10.0.0.3 80/TCP true'])
})

test('the address is of the family that is asked, and who has none, or no network, is not asked', () => {
  const cells = [cell('shop/web', 'shop/web', 80), cell('shop/web', 'shop/db', 80)]
  const six = matrix(cells, { family: 'IPv6', protocol: 'UDP' })
  assert.deepEqual(asked(six), ['shop-web-1 to fd00::2 80/UDP true', undefined])
  assert.deepEqual(
    asked(six, () => undefined),
    [undefined, undefined],
  )
  const gone = matrix([cell('shop/gone', 'shop/db', 80), cell('shop/db', 'shop/gone', 80)], {
    groups: [group('shop', 'gone', 'gone'), group('shop', 'db', 'db')],
  })
  assert.deepEqual(asked(gone), [undefined, undefined], 'it went between the look and the question')
})

test('of pods whose node is lost nobody asks and none is asked: another of the group does, or the node is named', () => {
  const tried = (from: string, to: string, ...lost: readonly string[]) => {
    const [one] = matrixQuestions(matrix([cell(from, to, 80)]), pods, new Set(lost), namespaceOf)
    return [one?.question?.namespace.slice(11), one?.question?.address, one?.lost]
  }
  assert.deepEqual(tried('shop/web', 'shop/db', 'node-of-web-1'), ['shop-web-2', '10.0.0.3', undefined])
  assert.deepEqual(tried('shop/db', 'shop/web', 'node-of-web-1'), ['shop-db', '10.0.0.2', undefined])
  assert.deepEqual(tried('shop/web', 'shop/db', 'node-of-db'), [undefined, undefined, 'node-of-db'])
  assert.deepEqual(tried('shop/db', 'shop/web', 'node-of-db'), [undefined, undefined, 'node-of-db'])
  assert.deepEqual(tried('shop/web', 'shop/web', 'node-of-web-2'), [undefined, undefined, 'node-of-web-2'])
  assert.deepEqual(
    probedCells(
      'TCP',
      matrixQuestions(matrix([cell('shop/web', 'shop/db', 80)]), pods, new Set(['node-of-db']), namespaceOf),
      [],
    ).map(({ answer, passed, lost }) => [answer, passed, lost]),
    [['not sent', undefined, 'node-of-db']],
  )
})

test('who refuses has been reached; who is silent has not, and what was not sent says nothing', () => {
  const cells = ['a', 'b', 'c', 'd', 'e'].map((to) => cell('shop/web', to, 80))
  const question = { namespace: '', protocol: 'TCP', address: '', port: 80 } as const
  const tried = cells.map((one, index) => ({ cell: one, question: index === 2 ? undefined : question }))
  assert.deepEqual(
    probedCells('TCP', tried, ['answered', 'refused', 'silent', 'unreachable']).map(
      ({ cell: { to }, answer, passed }) => [to, answer, passed],
    ),
    [
      ['a', 'answered', true],
      ['b', 'refused', true],
      ['c', 'not sent', undefined],
      ['d', 'silent', false],
      ['e', 'unreachable', false],
    ],
  )
})

test('silence of UDP proves something only where another was answered at that port', () => {
  const cells = [cell('x', 'a', 53), cell('y', 'a', 53), cell('x', 'a', 54), cell('x', 'b', 53)]
  const question = { namespace: '', protocol: 'UDP', address: '', port: 53 } as const
  const tried = cells.map((one) => ({ cell: one, question }))
  const passed = (protocol: 'TCP' | 'UDP') =>
    probedCells(protocol, tried, ['answered', 'silent', 'silent', 'silent']).map((one) => one.passed)
  assert.deepEqual(passed('UDP'), [true, false, undefined, undefined])
  assert.deepEqual(passed('TCP'), [true, false, false, false])
})
