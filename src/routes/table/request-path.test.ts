import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchedPath, requestPath } from './request-path.ts'

test('a path is written in one way before it is matched', () => {
  const wanted = {
    '/': '/',
    '/a//b///': '/a/b/',
    '/a/./b/../c': '/a/c',
    '/../../a': '/a',
    '/a/..': '/',
    '/a/.': '/a/',
    '/%61%2D%7e': '/a-~',
    '/a%2fb': '/a%2Fb',
    '/%2e%2e/a': '/a',
    '/a;b=1/c': '/a;b=1/c',
    '/..a/.b/c..': '/..a/.b/c..',
    '/%c3%a4': '/%C3%A4',
    '/%252e%252e/': '/%252e%252e/',
  }
  for (const [raw, path] of Object.entries(wanted)) assert.equal(requestPath(raw), path, raw)
})

test('what two servers may read in two ways is no path', () => {
  const refused = [
    '',
    '*',
    'a',
    'http://a/',
    '/a b',
    '/ä',
    '/a#b',
    '/a\\b',
    '/%5c',
    '/%00',
    '/%7F',
    '/%',
    '/%g0',
    '/..%2fa',
    '/%2e.%2F',
    '/a%2F..',
    '/a%2F../b',
    '/..;/a',
    '/a/..;x=1',
    '/.;',
    '/..%3b/a',
    '/a/.%2f',
  ]
  for (const raw of refused) assert.equal(requestPath(raw), undefined, raw)
})

test('a path is read twice as it is read once', () => {
  for (const raw of ['/a/%2e%2e/b', '/%25%32%65', '/a%2f%2e', '/x//%2E/y', '/%7E%2F']) {
    const path = requestPath(raw)
    if (path !== undefined) assert.equal(requestPath(path), path, raw)
  }
})

test('a path of a match has what a request would have', () => {
  assert.equal(matchedPath('/ü x'), '/%C3%BC%20x')
  assert.equal(matchedPath('/a%2fb'), '/a%2Fb')
  assert.equal(matchedPath('/100%'), '/100%25')
})
