import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visitNested } from './nesting.ts'

test('each path comes behind the prefixes that it has, and is told the nearest', () => {
  const told = new Map<string, string>()
  const prefixes = ['/a/b', '/a-b', '/', '/a/b/c/d', '/ab', '/a']
  visitNested<string>(prefixes, ['/a/b', '/', '/a/b/', '/a/b/c', '/a-b/c', '/x'], (path, isWhole, nearest) => {
    const name = isWhole ? `=${path}` : path
    told.set(name, nearest ?? '-')
    return name
  })
  assert.deepEqual(Object.fromEntries(told), {
    '/': '-',
    '/a': '/',
    '/a-b': '/',
    '/ab': '/',
    '/a/b': '/a',
    '/a/b/c/d': '/a/b',
    '=/': '/',
    '=/x': '/',
    '=/a-b/c': '/a-b',
    '=/a/b': '/a/b',
    '=/a/b/': '/a/b',
    '=/a/b/c': '/a/b',
  })
})
