import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, ruleFor } from '../testing/ask.ts'
import { ingress, route, rule, told } from '../testing/ingresses.ts'

const rules = (name: string) => [rule('a.example', `Prefix / ${name}`)]
const main = ingress('main', { rules: rules('web') }, { 'proxy-body-size': '7' })
const canary = (annotations: { readonly [name: string]: string }, name = 'canary') =>
  ingress(name, { rules: rules('new') }, { canary: 'true', ...annotations })
const by = (annotations: { readonly [name: string]: string }, headers = {}) =>
  ask(route({ ingresses: [main, canary(annotations)] }), 'http://a.example/', headers)

test('a canary takes its share of the requests for a path, and conflicts with nobody', () => {
  const routing = route({ ingresses: [main, canary({ 'canary-weight': '10' })] })
  assert.equal(ask(routing, 'http://a.example/'), '90 web 10 new')
  assert.deepEqual(told(routing), [])
  assert.equal(by({}), 'web')
  assert.equal(by({ 'canary-weight': '100' }), 'new')
  assert.equal(by({ 'canary-weight': '500' }), 'new')
  assert.equal(by({ 'canary-weight': '1', 'canary-weight-total': '3' }), '2 web 1 new')
})

test('a header sends to a canary, or keeps from it, whatever shares say', () => {
  const annotations = { 'canary-by-header': 'X-New', 'canary-weight': '10' }
  assert.equal(by(annotations, { 'x-new': 'always' }), 'new')
  assert.equal(by(annotations, { 'x-new': 'never' }), 'web')
  assert.equal(by(annotations, { 'x-new': 'other' }), '90 web 10 new')
})

test('a value of its own, or a pattern, stands in the place of always and never', () => {
  const value = { 'canary-by-header': 'X-New', 'canary-by-header-value': 'yes' }
  assert.equal(by(value, { 'x-new': 'yes' }), 'new')
  assert.equal(by(value, { 'x-new': 'always' }), 'web')
  const pattern = { 'canary-by-header': 'X-New', 'canary-by-header-pattern': 'v[23]|x' }
  assert.equal(by(pattern, { 'x-new': 'at v3.' }), 'new')
  assert.equal(by(pattern, { 'x-new': 'v4' }), 'web')
  assert.equal(by({ ...value, ...pattern }, { 'x-new': 'v3' }), 'web')
})

test('a cookie sends to a canary, or keeps from it, and a header goes before it', () => {
  const annotations = { 'canary-by-cookie': 'n.w', 'canary-weight': '10', 'canary-by-header': 'X-New' }
  for (const [cookie, expected] of [
    ['n.w=always', 'new'],
    ['a=b; n.w=always; c=d', 'new'],
    ['n.w=never;c=d', 'web'],
    ['n.w=alwaysx', '90 web 10 new'],
    ['xn.w=always', '90 web 10 new'],
    ['nxw=always', '90 web 10 new'],
  ] as const)
    assert.equal(by(annotations, { cookie }), expected, cookie)
  assert.equal(by(annotations, { cookie: 'n.w=always', 'x-new': 'never' }), 'web')
})

test('all but its backend is that of the Ingress whose requests a canary shares', () => {
  const share = canary({ 'canary-weight': '100', 'proxy-body-size': '9', 'backend-protocol': 'GRPC' })
  const routing = route({ ingresses: [main, share] })
  assert.equal(ruleFor(routing, 'http://a.example/')?.bodyLimit?.octets, 7)
  assert.equal(routing.backends.get('shop/new:80 GRPC least')?.protocol, 'h2c')
})

test('a canary that nobody shares with is told', () => {
  const at = 'spec.rules[0].http.paths[0]'
  assert.deepEqual(told(route({ ingresses: [canary({})] })), [
    `shop/canary CanaryUnused: ${at}: no other Ingress has this host with this path and type, so that there is nothing to share`,
  ])
  const two = route({ ingresses: [main, canary({ 'canary-weight': '5' }), canary({}, 'second')] })
  assert.equal(ask(two, 'http://a.example/'), '95 web 5 new')
  assert.deepEqual(told(two), [
    `shop/second CanaryUnused: ${at}: Ingress shop/canary is an older canary of the same path`,
  ])
  const moved = ingress('moved', { rules: rules('web') }, { 'permanent-redirect': 'https://b.example' })
  for (let time = 0; time < 2; time++)
    assert.deepEqual(told(route({ ingresses: [moved, canary({})] })), [
      `shop/canary CanaryUnused: ${at}: Ingress shop/moved has no backend to share`,
    ])
  const gone = canary({ 'permanent-redirect': 'https://b.example' })
  assert.deepEqual(told(route({ ingresses: [main, gone] })), [
    `shop/canary CanaryUnused: ${at}: Ingress shop/canary has no backend to share`,
  ])
})

test('a path whose canary goes is as it was', () => {
  const plain = route({ ingresses: [main] })
  route({ ingresses: [main, canary({ 'canary-weight': '10' })] })
  assert.deepEqual(route({ ingresses: [main] }), plain)
})

test('a canary takes nothing of what belongs to an Ingress of another namespace', () => {
  const theirs = ingress('canary', { rules: rules('new') }, { canary: 'true', 'canary-weight': '100' })
  const routing = route({ ingresses: [main, { ...theirs, metadata: { ...theirs.metadata, namespace: 'other' } }] })
  assert.equal(ask(routing, 'http://a.example/'), 'web')
  assert.ok(told(routing).some((line) => /CanaryUnused: .*Ingress shop\/main is in another namespace/.test(line)))
})
