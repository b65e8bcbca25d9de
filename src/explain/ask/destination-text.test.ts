import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Flaw } from '../trace/refusal.ts'
import { parseDestination, withoutUrl } from './destination-text.ts'
import { ExplainError } from './explain-error.ts'

const web = { kind: 'service', namespace: 'shop', name: 'web' }
const DESTINATIONS: readonly (readonly [text: string, destination: object])[] = [
  ['svc/web', web],
  ['service/web:80', { ...web, port: '80' }],
  ['services/team/web:http', { ...web, namespace: 'team', port: 'http' }],
  ['svc/web.team', { ...web, namespace: 'team' }],
  ['svc/web.team.svc:80', { ...web, namespace: 'team', port: '80' }],
  ['svc/web.team.svc.cluster.local', { ...web, namespace: 'team' }],
  ['svc/a.b.c', { ...web, name: 'a.b.c' }],
  ['svc/team/web.x', { ...web, namespace: 'team', name: 'web.x' }],
  ['pod/web-1', { kind: 'pod', namespace: 'shop', name: 'web-1' }],
  ['po/team/web-1:8080', { kind: 'pod', namespace: 'team', name: 'web-1', port: '8080' }],
  ['pod/web.team', { kind: 'pod', namespace: 'shop', name: 'web.team' }],
  ['node/node-1', { kind: 'node', name: 'node-1' }],
  ['no/node-1:30080', { kind: 'node', name: 'node-1', port: '30080' }],
  ['10.96.0.1', { kind: 'address', address: '10.96.0.1' }],
  ['10.96.0.1:80', { kind: 'address', address: '10.96.0.1', port: '80' }],
  ['FD00:0::1', { kind: 'address', address: 'fd00::1' }],
  ['fd00::1:80', { kind: 'address', address: 'fd00::1:80' }],
  ['[fd00:0::1]', { kind: 'address', address: 'fd00::1' }],
  ['[fd00::1]:80', { kind: 'address', address: 'fd00::1', port: '80' }],
  ['Web.Team', { kind: 'name', name: 'web.team' }],
  ['web', { kind: 'name', name: 'web' }],
  ['_sig.web:8-a', { kind: 'name', name: '_sig.web', port: '8-a' }],
  ['web.team.:65535', { kind: 'name', name: 'web.team.', port: '65535' }],
  ['team/web', { kind: 'kindless', host: 'team/web' }],
  ['ingress/web:80', { kind: 'kindless', host: 'ingress/web' }],
  ['svc/', { kind: 'kindless', host: 'svc/' }],
  ['svc/team/', { kind: 'kindless', host: 'svc/team/' }],
  ['svc/a/b/c', { kind: 'kindless', host: 'svc/a/b/c' }],
]

test('a destination is read by its kind, its namespace, its name and its port', () => {
  for (const [text, destination] of DESTINATIONS) assert.deepEqual(parseDestination(text, 'shop'), destination, text)
})

const port = (text: string, mayBeName = true): Flaw => ({ kind: 'port', port: text, mayBeName })
const FLAWS: readonly (readonly [text: string, flaw: Flaw])[] = [
  ['', { kind: 'form' }],
  ['a b', { kind: 'form' }],
  ['-web', { kind: 'form' }],
  ['web-', { kind: 'form' }],
  ['web..team', { kind: 'form' }],
  ['10.96.0', { kind: 'form' }],
  ['10.96.0.1.2:80', { kind: 'form' }],
  [':80', { kind: 'form' }],
  ['deploy/web', { kind: 'workload' }],
  ['job/team/web:80', { kind: 'workload' }],
  ['[web]:80', { kind: 'no-address', text: 'web' }],
  ['[]', { kind: 'no-address', text: '' }],
  ['web:', port('')],
  ['web:0', port('0')],
  ['web:65536', port('65536')],
  ['web:Http', port('Http')],
  ['web:-a', port('-a')],
  ['svc/web:a--b', port('a--b')],
  ['pod/web-1:8080x!', port('8080x!')],
  ['10.96.0.1:http', port('http', false)],
  ['[fd00::1]:', port('', false)],
]

test('what is wrong with a text that is no destination is told apart', () => {
  for (const [to, flaw] of FLAWS)
    assert.throws(
      () => parseDestination(to, 'shop'),
      (error) => {
        assert.ok(error instanceof ExplainError)
        assert.equal(error.name, 'ExplainError')
        assert.equal(error.message, 'DESTINATION_MALFORMED: no-destination')
        assert.deepEqual(error.refusal, { code: 'DESTINATION_MALFORMED', why: 'no-destination', to, flaw }, to)
        return true
      },
    )
})

test('a URL is the host and the port that its client would ask; anything else stays as it is', () => {
  for (const [text, destination] of [
    ['http://web', 'web:80'],
    ['HTTPS://web/', 'web:443'],
    ['ws://web?q', 'web:80'],
    ['wss://web#top', 'web:443'],
    ['http://user:word@web.team:8080/index.html?q=1', 'web.team:8080'],
    ['https://[fd00::1]/x', '[fd00::1]:443'],
    ['http://[fd00::1]:81', '[fd00::1]:81'],
    ['redis+x.1-y://db:6379/0', 'db:6379'],
    ['redis://db/0', 'db'],
    ['svc/web:80', 'svc/web:80'],
    ['http://web:http', 'http://web:http'],
    ['1http://web', '1http://web'],
  ] as const)
    assert.equal(withoutUrl(text), destination, text)
})
