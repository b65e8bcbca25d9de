import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../testing/cluster.ts'
import type { ComparedWalk, Live, Observation } from '../trace/live.ts'
import type { RefusedPolicy } from '../trace/request/step.ts'
import type { PathOutcome } from '../trace/walk/outcome.ts'
import { printLive } from './live.ts'

const backend = { address: '10.244.2.11', port: 8080 }
const through: Observation['translation'] = { node: 'node-1', backend, sourceSeen: '10.244.1.9' }
const outcome: PathOutcome = { node: 'node-1', verdict: 'deliver', backend, translated: true, sourceSeen: '10.244.1.9' }
const walk: ComparedWalk = { node: 'node-1', steps: [], chains: [], ends: [], fits: true }
const model = (chain: string) => ({ node: 'node-1', ways: [[{ hook: 'prerouting', chain } as const]] })

const printed = (live: Partial<Live>, outcomes: readonly PathOutcome[] = [outcome], walks = [model('services')]) =>
  printLive(
    { accord: 'agree', met: [], observations: [], trace: { walks: [], unavailable: [] }, ...live },
    { ...ask('pod/client', 'svc/web').trace, outcomes, walks },
  )
const met = (answer: Observation['answer'], accord: Live['accord'], translation?: Observation['translation']) => ({
  observation: { answer, ...(translation && { translation }) },
  count: 2,
  accord,
})
const requested = (request: Live['request'], tls?: string, refused?: readonly RefusedPolicy[]) =>
  printLive(
    {
      accord: request!.accord,
      request: request!,
      met: [met('answered', 'agree')],
      observations: [],
      ...walked({}),
    },
    {
      ...ask('pod/client', 'svc/web').trace,
      steps: [
        {
          code: 'backend',
          ...(refused && { refused }),
          gateway: { kind: 'Gateway', namespace: 'shop', name: 'public' },
          weight: 1,
          of: 1,
          service: { kind: 'Service', namespace: 'shop', name: 'web' },
          port: 80,
          protocol: 'http',
          ...(tls !== undefined && { tls }),
          endpoints: [],
        },
      ],
    },
  )
    .split('\n')
    .slice(0, 3)
const walked = (...walks: readonly Partial<ComparedWalk>[]): Pick<Live, 'trace'> => ({
  trace: { walks: walks.map((one) => ({ ...walk, ...one })), unavailable: [] },
})

test('where there was no address, nothing was sent', () => {
  assert.equal(
    printLive(undefined, ask('pod/client', 'svc/web').trace),
    'LIVE: nothing was sent, as there is no address to send to\n',
  )
})

const TABLE: readonly (readonly [about: string, text: () => string, lines: string])[] = [
  [
    'probes that went as the model says',
    () => printed({ met: [met('answered', 'agree', through)] }),
    'LIVE: kernel and model agree\n  2 × answered: node-1 sent it to 10.244.2.11:8080, which sees 10.244.1.9\n',
  ],
  [
    'no answer, by the way that the model knows',
    () => printed({ accord: 'unanswered', met: [met('silent', 'unanswered', through)] }),
    'LIVE: NO ANSWER: the packets go as the model says; whether anybody answers them was not seen\n  2 × no answer: node-1 sent it to 10.244.2.11:8080, from 10.244.1.9 (the way that the model knows)\n',
  ],
  [
    'another answer: what the model says stands beside it, each of it once',
    () =>
      printed({ accord: 'disagree', met: [met('refused', 'disagree'), met('unreachable', 'agree')] }, [
        outcome,
        outcome,
        { verdict: 'drop' },
        { verdict: 'reject', node: 'node-2' },
        { verdict: 'closed', backend },
        { ...outcome, verdict: 'denied' },
      ]),
    'LIVE: KERNEL AND MODEL DISAGREE\n  2 × refused (not as the model knows it)\n  2 × unreachable\n  the model: deliver to 10.244.2.11:8080 at node-1, which sees 10.244.1.9, drop, reject at node-2, closed to 10.244.2.11:8080 or denied to 10.244.2.11:8080 at node-1, from 10.244.1.9\n',
  ],
  [
    'a kernel that would not send',
    () => printed({ met: [met('forbidden', 'agree')] }),
    'LIVE: kernel and model agree\n  2 × refused to be sent\n',
  ],
  [
    'nothing came of the probes: what the model says',
    () => printed({}),
    'LIVE: kernel and model agree\n  the model: deliver to 10.244.2.11:8080 at node-1, which sees 10.244.1.9\n',
  ],
  [
    'why there is no trace of the kernel’s',
    () =>
      printed({
        met: [met('answered', 'agree')],
        trace: { walks: [], unavailable: [{ code: 'silent' }, { code: 'refused', node: 'node-2', message: 'no' }] },
      }),
    'LIVE: kernel and model agree\n  2 × answered\n  without the kernel’s own trace, by conntrack alone: it told of no packet\n  without the kernel’s own trace, by conntrack alone: node-2: no\n',
  ],
  [
    'walks of the kernel, equal ones once',
    () =>
      printed({
        met: [met('answered', 'agree')],
        ...walked(
          { chains: ['services', 'pick'], ends: [{ code: 'translated' }, { code: 'masqueraded' }] },
          { chains: ['services', 'pick'], ends: [{ code: 'translated' }, { code: 'masqueraded' }] },
          { node: 'node-2' },
        ),
      }),
    'LIVE: kernel and model agree\n  2 × answered\n  node-1: the kernel walked: services, pick; translated; masqueraded\n  node-2: the kernel walked: no chain of ours\n',
  ],
  [
    'a walk that does not fit, beside those of the model at its node',
    () =>
      printed(
        {
          met: [met('answered', 'agree')],
          ...walked({
            fits: false,
            chains: ['services'],
            ends: [{ code: 'dropped-elsewhere', table: 'stranger', chain: 'out', by: 'policy' }],
          }),
        },
        [outcome],
        [model('services'), { ...model('other'), node: 'node-2' }],
      ),
    'LIVE: kernel and model agree\n  2 × answered\n  node-1: the kernel walked: services; dropped by a policy of table stranger, chain out (not as the model)\n  node-1: the model walks: services\n',
  ],
]
for (const [about, text, lines] of TABLE) test(`live: ${about}`, () => assert.equal(text(), lines))

test('live: what a gateway answered, and what it may be where it answered itself for a backend that it reaches', () => {
  const fine = requested({ accord: 'agree', status: 502 })
  assert.deepEqual(fine.slice(0, 2), ['LIVE: kernel and model agree', '  the gateway answered 502, as it should'])
  const own = (status: number, tls?: string) => requested({ accord: 'disagree', status, isOwn: true }, tls)
  assert.deepEqual(own(502), [
    'LIVE: GATEWAY AND MODEL DISAGREE',
    '  the gateway itself answered 502, and should not',
    '    it may be that shop/web:80 does not speak HTTP, or speaks TLS, which nothing says here',
  ])
  const policy = { kind: 'BackendTLSPolicy', namespace: 'shop', name: 'web' }
  const refused = [{ policy, because: 'TargetNotFound', message: 'no such port' }]
  assert.equal(
    requested({ accord: 'disagree', status: 502, isOwn: true }, undefined, refused)[2],
    '    it may be that shop/web:80 does not speak HTTP, or speaks TLS, and BackendTLSPolicy shop/web is not in force',
  )
  const causes = [own(502, ''), own(503), own(503, ''), own(503, 'wrong.test'), own(504)].map((lines) => lines[2])
  assert.deepEqual(causes, [
    '    it may be that shop/web:80 does not speak HTTP behind TLS',
    '    it may be that shop/web:80 takes no connections now',
    '    it may be that shop/web:80 does not speak TLS',
    '    it may be that shop/web:80 does not speak TLS, or its certificate is not for wrong.test, or not signed by whom the policy names',
    '    it may be that shop/web:80 begins to answer too late for the rule’s time limit',
  ])
  assert.equal(
    requested({ accord: 'disagree', failure: 'reset' })[1],
    '  the gateway gave no answer: reset, and should not',
  )
})
