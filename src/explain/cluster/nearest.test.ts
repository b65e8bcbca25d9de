import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLikeHost, nearest, nearestHosts, unlikeness } from './nearest.ts'

test('how unlike two words are: letters to change, add, drop or swap, in parts of the longer one', () => {
  for (const [left, right, far] of [
    ['web', 'web', 0],
    ['web', 'wbe', 1 / 3],
    ['web', 'wxb', 1 / 3],
    ['web', 'eb', 1 / 3],
    ['wb', 'web', 1 / 3],
    ['abcd', 'badc', 2 / 4],
    ['web', 'abc', 1],
    ['abc', 'cab', 2 / 3],
    ['', 'web', 1],
    ['web', '', 1],
    ['', '', 0],
    ['web', 'web-frontend', 0.5],
    ['web-frontend', 'web', 0.5],
    ['web', 'webs', 1 / 4],
  ] as const)
    assert.equal(unlikeness(left, right), far, `${left} ${right}`)
})

test('the nearest words come first, by name where they are as near, each once, three at most; what is far is none', () => {
  assert.deepEqual(nearest('web', ['api', 'wbe', 'web', 'webs', 'wxb', 'wxb']), ['web', 'webs', 'wbe'])
  assert.deepEqual(nearest('web', ['wxb', 'wbe'], 1), ['wbe'])
  assert.deepEqual(nearest('abcde', ['abxyz', 'axxyz']), ['abxyz'], '3 of 5 letters is near, 4 is far')
})

test('a host may be meant by another where all of their labels are alike, not where a domain alone is the same', () => {
  for (const [one, other, is] of [
    ['shop.test', 'shpo.test', true],
    ['shop.test', 'www.shpo.test', true],
    ['*.shop.test', 'a.shpo.test', false],
    ['kind.example.com', 'sel.example.com', false],
    ['cart.example.com', 'card.example.com', true],
    ['a.test', 'b.test', false],
  ] as const)
    assert.equal(isLikeHost(one, other), is, `${one} ${other}`)
  assert.deepEqual(nearestHosts('shop.test', ['other.test', 'shop1.test']), ['shop1.test'])
  assert.deepEqual(nearestHosts('172.30.255.8', ['other.test', 'shop1.test']), ['other.test', 'shop1.test'])
})
