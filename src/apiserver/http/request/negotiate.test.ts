import assert from 'node:assert/strict'
import { test } from 'node:test'
import { negotiate } from './negotiate.ts'

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
