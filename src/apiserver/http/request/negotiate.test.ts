import assert from 'node:assert/strict'
import { test } from 'node:test'
import { negotiate, preferred } from './negotiate.ts'

const encodingOf = (accept: string | undefined): string => negotiate(accept, () => false).encoding

test('the best that a client accepts is chosen, in its own order where it likes two alike', () => {
  for (const [accept, encoding] of [
    [undefined, 'json'],
    ['*/*', 'json'],
    ['application/yaml', 'yaml'],
    ['application/yaml, application/json', 'yaml'],
    ['application/yaml;q=0.5, application/json', 'json'],
    ['text/html, application/*;q=0.8', 'json'],
    ['application/vnd.kubernetes.protobuf;stream=watch,application/json', 'protobuf'],
    ['application/json;q=0, application/yaml', 'yaml'],
  ] as const)
    assert.equal(encodingOf(accept), encoding, accept)
})

test('what a client accepts with quality 0 it does not accept', () => {
  for (const accept of ['application/json;q=0', 'application/json;q=0.0, text/html', 'constructor'])
    assert.throws(() => encodingOf(accept), { message: /only the following media types are accepted/ }, accept)
})

test('of documents with types of their own the first is sent that a client names, and none that it does not read', () => {
  const [json, other] = ['application/json', 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'] as const
  for (const [accept, type] of [
    [undefined, json],
    ['*/*', json],
    ['application/*', json],
    [other, other],
    [`${other};q=0.5, application/json`, json],
    [`${json};q=0.5, ${other}`, other],
  ] as const)
    assert.equal(preferred(accept, [json, other]), type, accept)
  assert.throws(() => preferred('application/yaml', [json, other]), {
    message: /only the following media types are accepted/,
  })
})
