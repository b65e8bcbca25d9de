import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../testing/cluster.ts'
import type { Finding } from '../trace/finding.ts'
import type { Trace } from '../trace/trace.ts'
import { shellWord } from './command.ts'
import { findingText } from './finding.ts'
import { print } from './print.ts'
import { listed, plural } from './text.ts'
import { verdictText } from './verdict.ts'

const { trace } = ask('pod/client', 'svc/web')
const [sent, ...rest] = trace.steps
const finding: Finding = {
  reason: 'asks-itself',
  address: '127.0.0.1',
  port: 80,
  protocol: 'TCP',
  cures: [
    { kind: 'run', argv: ['kubectl', 'patch', '-p', `{"it's":1}`], effect: { code: 'scale-to-one' } },
    { kind: 'look', argv: ['kubectl', 'get', 'pods'], effect: { code: 'show-pods' }, alternative: true },
  ],
}
const answer = (more: Partial<Trace>): string => print({ ...trace, steps: [], ...more })

test('a trace is printed with its steps numbered, the verdict, what is wrong with what mends it, and what was not seen', () => {
  assert.equal(
    answer({
      steps: [sent!, ...Array.from({ length: 8 }, () => sent!), rest.at(-1)!],
      verdict: 'unreachable',
      findings: [finding],
      unseen: [{ code: 'listeners-and-kernels' }],
    }),
    " 1. pod default/client: Service default/web has the ClusterIP 10.96.0.1\n 2. pod default/client: Service default/web has the ClusterIP 10.96.0.1\n 3. pod default/client: Service default/web has the ClusterIP 10.96.0.1\n 4. pod default/client: Service default/web has the ClusterIP 10.96.0.1\n 5. pod default/client: Service default/web has the ClusterIP 10.96.0.1\n 6. pod default/client: Service default/web has the ClusterIP 10.96.0.1\n 7. pod default/client: Service default/web has the ClusterIP 10.96.0.1\n 8. pod default/client: Service default/web has the ClusterIP 10.96.0.1\n 9. pod default/client: Service default/web has the ClusterIP 10.96.0.1\n10. node-1, route: to the backends\n      10.244.1.11 is on this node; pod default/web-1 listens on 8080/TCP (container web, port http): delivered\n      10.244.2.11 is on node-2, by way of 172.30.0.3; pod default/web-2 listens on 8080/TCP (container web, port http): delivered\n\nNOT REACHABLE: svc/web from pod default/client\n  why   127.0.0.1 means the sender itself, and nothing listens there on 80/TCP [asks-itself]\n        Services and node ports do not answer at a loopback address: each pod, each node and the host has its own\n  cure  let it make one:\n          kubectl patch -p '{\"it'\\''s\":1}'\n  look  or its pods:\n          kubectl get pods\nNOT SEEN from here\n  what programs listen on, and what the nodes’ kernels hold\n",
  )
  assert.equal(answer({}), 'REACHABLE: svc/web answers pod default/client; it sees 10.244.1.9\n')
})

test('of many details twenty are printed, and how many more there are', () => {
  const candidate = { chosen: true, why: { code: 'ready' } } as const
  const lines = (many: number) =>
    answer({
      steps: [
        {
          code: 'endpoints',
          nodes: ['node-1'],
          policy: 'internalTrafficPolicy',
          value: 'Cluster',
          spared: false,
          candidates: Array.from({ length: many }, () => candidate),
        },
      ],
    })
      .split('\n')
      .slice(1, -3)
  assert.deepEqual(lines(20), Array(20).fill('      in   no address  no pod: ready'))
  assert.deepEqual(lines(21).slice(20), ['      and 1 more (-o json has them)'])
})

test('others that the same cure mends, and what a container said, stand below a finding', () => {
  const other = { ...finding, address: '::1' }
  const log = { namespace: 'default', pod: 'web-1', container: 'web', previous: false }
  assert.deepEqual(findingText({ ...finding, also: [finding, other, other] }), {
    message: '127.0.0.1 means the sender itself, and nothing listens there on 80/TCP',
    details: [
      'Services and node ports do not answer at a loopback address: each pod, each node and the host has its own',
      'and: ::1 means the sender itself, and nothing listens there on 80/TCP',
    ],
  })
  assert.deepEqual(findingText({ ...finding, log }), findingText(finding), 'nobody read it')
  assert.deepEqual(
    findingText({ ...finding, log: { ...log, lines: [] } }),
    findingText(finding),
    'it runs, and is silent',
  )
  assert.deepEqual(findingText({ ...finding, log: { ...log, previous: true, lines: [] } }).details?.slice(-1), [
    'container web said nothing',
  ])
  assert.deepEqual(findingText({ ...finding, log: { ...log, lines: ['no file', 'bye'] } }).details?.slice(-3), [
    'container web said last:',
    '  no file',
    '  bye',
  ])
})

const verdict = (more: Partial<Trace>): string => verdictText({ ...trace, ...more }, 'the host')
const outcome = { verdict: 'deliver' } as const

test('the verdict is one line, and says what it stands on', () => {
  assert.equal(verdict({ outcomes: [outcome] }), 'REACHABLE: svc/web answers the host')
  assert.equal(
    verdict({
      outcomes: [
        { ...outcome, sourceSeen: 'a' },
        { ...outcome, sourceSeen: 'b' },
        { ...outcome, sourceSeen: 'a' },
      ],
    }),
    'REACHABLE: svc/web answers the host; it sees a or b',
  )
  assert.equal(
    verdict({ outcomes: [outcome], basis: 'model' }),
    'REACHABLE, by the model: svc/web answers the host; no kernel was asked',
  )
  assert.equal(
    verdict({ outcomes: [outcome, { ...outcome, listensUnknown: true }] }),
    'REACHABLE, as far as can be seen: svc/web from the host; whether a program listens there is not known',
  )
  assert.equal(
    verdict({ outcomes: [{ ...outcome, listensUnknown: true }], basis: 'model' }),
    'REACHABLE, by the model, as far as can be seen: svc/web from the host; whether a program listens there is not known; no kernel was asked',
  )
  assert.equal(verdict({ verdict: 'unknown', basis: 'model' }), 'NOT KNOWN whether svc/web answers the host')
  assert.equal(
    verdict({ verdict: 'sometimes', basis: 'model' }),
    'ONLY SOMETIMES REACHABLE, by the model: svc/web from the host',
  )
  assert.equal(verdict({ verdict: 'unreachable' }), 'NOT REACHABLE: svc/web from the host')
  assert.equal(
    verdict({ verdict: 'unreachable', basis: 'model' }),
    'NOT REACHABLE, by the model: svc/web from the host',
  )
  assert.equal(
    verdict({ verdict: 'unreachable', basis: 'model', outcomes: [] }),
    'NOT REACHABLE: svc/web from the host',
  )
})

test('a word of a command is quoted where a shell would read it otherwise', () => {
  assert.equal(shellWord('--from=pod/a_b@c%d+e:1,2.3'), '--from=pod/a_b@c%d+e:1,2.3')
  assert.equal(shellWord(`it's`), `'it'\\''s'`)
  assert.equal(shellWord(''), "''")
})

test('words are listed and counted as people do', () => {
  assert.deepEqual(
    [[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((words) => listed(words)),
    ['none', 'a', 'a and b', 'a, b and c'],
  )
  assert.equal(listed(['a', 'b'], 'or'), 'a or b')
  assert.deepEqual(
    [plural(1, 'pod'), plural(2, 'pod'), plural(0, 'address', 'addresses')],
    ['1 pod', '2 pods', '0 addresses'],
  )
})
