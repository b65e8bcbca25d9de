import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cease } from './codes.ts'
import { tryParseCommunity, tryParseLargeCommunity } from './communities.ts'
import { errorNotice } from './message-error.ts'
import { decodeNotice, encodeNotice, noticeText, shutdownNotice } from './notification.ts'

const told = (words: string) =>
  noticeText(decodeNotice(encodeNotice(shutdownNotice(Cease.ADMINISTRATIVE_SHUTDOWN, words))))

test('a shutdown says its reason, in as many whole letters as fit in 255 octets', () => {
  assert.equal(told('until noon'), 'Cease/Administrative Shutdown (6/2): until noon')
  assert.equal(told(''), 'Cease/Administrative Shutdown (6/2)')
  assert.equal(told('ä'.repeat(200)), `Cease/Administrative Shutdown (6/2): ${'ä'.repeat(127)}`)
  assert.equal(shutdownNotice(Cease.ADMINISTRATIVE_RESET, 'ä'.repeat(200)).data.length, 255)
})

test('what a peer says goes into one line of a log, and is left out where it is no text', () => {
  assert.equal(told('a\nb\u001b[2J'), 'Cease/Administrative Shutdown (6/2): a b [2J')
  for (const data of [[], [5, 65], [1, 0xff]])
    assert.equal(noticeText(errorNotice(6, 2, Uint8Array.from(data))), 'Cease/Administrative Shutdown (6/2)')
  assert.equal(noticeText(errorNotice(6, 5, Uint8Array.of(1, 65))), 'Cease/Connection Rejected (6/5)')
})

test('errors have their names, unknown ones their numbers', () => {
  assert.equal(noticeText(errorNotice(2, 2)), 'OPEN Message Error/Bad Peer AS (2/2)')
  assert.equal(noticeText(errorNotice(4)), 'Hold Timer Expired (4/0)')
  assert.equal(noticeText(errorNotice(99, 1)), 'Unknown Error (99/1)')
})

test('communities are pairs of two octets or well-known names, large ones three numbers of four', () => {
  assert.equal(tryParseCommunity('64512:100'), 0xfc000064)
  assert.equal(tryParseCommunity('65535:65281'), tryParseCommunity('no-export'))
  for (const text of ['65536:1', '1', '1:2:3', '01:2', 'a:b', '', 'toString', '-1:2'])
    assert.equal(tryParseCommunity(text), undefined, text)
  assert.deepEqual(tryParseLargeCommunity('4294967295:0:7'), [4294967295, 0, 7])
  for (const text of ['4294967296:0:0', '1:2', '1:2:3:4', '1:2:x'])
    assert.equal(tryParseLargeCommunity(text), undefined, text)
})
