import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explain } from '../explain.ts'
import { policy, withPolicies } from '../testing/policies.ts'
import { print } from '../words/print.ts'

const toWeb = { to: [{ podSelector: { matchLabels: { app: 'web' } } }] }
const toDns = { ports: [{ port: 53, protocol: 'UDP' }] }
const told = (to: string, egress: readonly object[], from = 'pod/client'): readonly string[] => {
  const given = withPolicies([
    policy('out', { podSelector: { matchLabels: { app: 'client' } }, policyTypes: ['Egress'], egress }),
  ])
  const trace = explain(given, { from, to }, { fairlead: ['--name', 'x'], kubectl: [] })
  const lines = print(trace).split('\n')
  return lines.slice(lines.findIndex((line) => /REACHABLE/.test(line)))
}
const NOTE = [
  '  but   by its name it is not found: pod default/client gets no answer from the DNS; this says why:',
  '          fairlead explain --from pod/client --to web.default:80 --name x',
]

test('below the answer about a Service stands that its name is not found, where the sender’s DNS is closed', () => {
  const [verdict = '', ...note] = told('svc/web', [toWeb])
  assert.match(verdict, /^REACHABLE/)
  assert.deepEqual(note.slice(0, 2), NOTE)
  assert.deepEqual(told('service/default/web:80', [toWeb]).slice(1, 3), NOTE)
  assert.deepEqual(told('svc/web', []).slice(-3, -1), NOTE, 'and where it is not reachable')
})

test('where the name is found, or is what is asked, or none was meant, nothing is said of it', () => {
  for (const [to, egress, from] of [
    ['svc/web', [toWeb, toDns], 'pod/client'],
    ['web:80', [toWeb], 'pod/client'],
    ['10.96.0.1:80', [toWeb], 'pod/client'],
    ['svc/web', [], 'node/node-1'],
  ] as const)
    assert.equal(
      told(to, egress, from).some((line) => line.startsWith('  but ')),
      false,
      `${from} ${to}`,
    )
})
