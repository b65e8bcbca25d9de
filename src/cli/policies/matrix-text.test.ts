import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Matrix, MatrixCell } from '#explain/trace/policies/matrix.ts'
import type { ProbedCell } from '#facts/live/matrix-questions.ts'
import { matrixText } from './matrix-text.ts'

const open = { passes: true, isolatedBy: [] }
const cell = (from: string, to: string, passes: boolean): MatrixCell => ({
  from: `shop/${from}`,
  to: `shop/${to}`,
  port: 80,
  passes,
  egress: open,
  ingress: passes ? open : { passes: false, isolatedBy: ['shop/deny'] },
})
const group = (name: string, ...ingress: readonly string[]) => ({
  namespace: 'shop',
  name,
  pods: [name],
  ports: [80],
  isolatedBy: { ingress, egress: [] },
})
const matrix: Matrix = {
  protocol: 'TCP',
  family: 'IPv4',
  policies: 1,
  groups: [group('db', 'shop/deny'), group('web')],
  cells: [cell('db', 'web', true), cell('web', 'db', false)],
}
const met = (index: number, answer: ProbedCell['answer'], passed: boolean | undefined): ProbedCell => ({
  cell: matrix.cells[index]!,
  answer,
  passed,
})
const TABLE = ['FROM \\ TO   shop/db   shop/web', 'shop/db     -         yes', 'shop/web    no        -']
const NOTES = [
  'shop/db: ingress isolated by shop/deny',
  'why one may not: fairlead explain --from pod/shop/web --to pod/shop/db:80',
]
const lines = (...given: Parameters<typeof matrixText>) =>
  matrixText(...given)
    .text.split('\n')
    .slice(0, -1)

test('a matrix is a table, and below it why', () => {
  assert.deepEqual(lines(matrix, undefined, undefined), [...TABLE, ...NOTES])
  assert.deepEqual(matrixText(matrix, undefined, undefined).differing, [])
})

test('where nobody is, that is said, of the namespace and the family that were asked', () => {
  const none = { ...matrix, groups: [], cells: [] }
  assert.deepEqual(lines(none, undefined, undefined), ['no pod has an address of IPv4'])
  assert.deepEqual(lines({ ...none, family: 'IPv6' }, 'shop', []), ['no pod of namespace shop has an address of IPv6'])
})

test('what was begun for real is counted, and where nobody can tell, that too', () => {
  assert.deepEqual(lines(matrix, undefined, [met(0, 'answered', true), met(1, 'silent', false)]), [
    ...TABLE,
    ...NOTES,
    '2 connections were begun: all as the policies say',
  ])
  assert.equal(
    lines(matrix, undefined, [met(0, 'silent', undefined), met(1, 'silent', false)]).at(-1),
    '2 connections were begun: all as the policies say; of 1 nobody can tell, since nobody answers there',
  )
  const lost = (index: number, node: string): ProbedCell => ({ ...met(index, 'not sent', undefined), lost: node })
  assert.equal(
    lines(matrix, undefined, [met(0, 'answered', true), lost(1, 'node-2')]).at(-1),
    '1 connections were begun: all as the policies say; of 1 more nobody can tell, since node-2 is not Ready',
  )
  assert.equal(
    lines(matrix, undefined, [lost(0, 'node-2'), lost(1, 'node-1')]).at(-1),
    '0 connections were begun: all as the policies say; of 2 more nobody can tell, since node-1, node-2 are not Ready',
  )
})

test('what differs from the policies is marked, and told with what was met and what they say', () => {
  const { differing, text } = matrixText(matrix, undefined, [met(0, 'silent', false), met(1, 'answered', true)])
  assert.deepEqual(
    differing.map(({ answer }) => answer),
    ['silent', 'answered'],
  )
  assert.deepEqual(text.split('\n').slice(0, -1), [
    'FROM \\ TO   shop/db   shop/web',
    'shop/db     -         yes !',
    'shop/web    no !      -',
    '! shop/db to shop/web, port 80: silent, but shop/db may ask shop/web',
    '! shop/web to shop/db, port 80: answered, but shop/db is isolated by shop/deny, and no rule lets it come in',
    ...NOTES,
    '2 connections were begun: 2 not as the policies say',
  ])
})

test('of many that differ twenty are told, and how many more there are', () => {
  const many = (count: number) =>
    lines(
      matrix,
      undefined,
      Array.from({ length: count }, () => met(0, 'silent', false)),
    ).filter((line) => line.startsWith('! '))
  assert.equal(many(20).length, 20)
  assert.deepEqual([many(22).length, many(22).at(-1)], [21, '! and 2 more (-o json has them)'])
})
