import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, facts, pod, service, slice } from '../testing/cluster.ts'
import { print } from './print.ts'
import { plain } from './text.ts'

test('what a terminal would act on, or a reader would not see, is written out; all other text stays as it is', () => {
  for (const [given, wanted] of [
    ['\u001b[2Jgone\u0007', '\\u001b[2Jgone\\u0007'],
    ['a\r\nREACHABLE\tb', 'a\\r\\nREACHABLE\\tb'],
    [
      '\u009b31m \u007f \u202eevil\u202c \u200b\u2066\ufeff\u2028',
      '\\u009b31m \\u007f \\u202eevil\\u202c \\u200b\\u2066\\ufeff\\u2028',
    ],
    ['Müller’s pod → 3 × 注意 🙂', 'Müller’s pod → 3 × 注意 🙂'],
  ] as const)
    assert.equal(plain(given), wanted)
})

test('the last words of a container stay one line, whatever it says, and JSON has them as they are', () => {
  const message = 'boom\u001b]0;owned\u0007\r\n\nREACHABLE: all is well\u202e'
  const terminated = { exitCode: 1, reason: 'Error', message }
  const state = { waiting: { reason: 'CrashLoopBackOff' } }
  const containerStatuses = [{ name: 'web', ready: false, restartCount: 4, state, lastState: { terminated } }]
  const bad = pod('bad', 1, 20, { labels: { app: 'bad' }, ready: false, status: { containerStatuses } })
  const given = facts()
  const { trace } = ask(
    'pod/client',
    'svc/bad',
    {},
    {
      ...given,
      pods: [...given.pods, bad],
      services: [...given.services, service('bad', '10.96.0.5')],
      slices: [...given.slices, slice('bad', [])],
    },
  )
  const text = print(trace)
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\u202e]/u)
  assert.doesNotMatch(text, /^REACHABLE/m)
  assert.match(text, /boom\\u001b\]0;owned\\u0007\\r\\n\\nREACHABLE: all is well\\u202e/)
  assert.ok(JSON.stringify(trace).includes(JSON.stringify(message).slice(1, -1)))
})
