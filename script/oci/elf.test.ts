import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { elfNeeds } from './elf.ts'

test('a program says its machine, its loader and its libraries; what is no program of 64 bits says nothing', () => {
  const shell = readFileSync('/bin/tar')
  const needs = elfNeeds(shell)
  assert.ok(needs?.libraries.includes('libc.so.6'))
  assert.match(needs?.interpreter ?? '', /^\/lib(?:64)?\/ld-linux-/)
  assert.ok([62, 183].includes(needs?.machine ?? 0))
  for (const other of [Buffer.from(''), Buffer.from('#!/bin/sh\n'.padEnd(100)), shell.subarray(0, 20)])
    assert.equal(elfNeeds(other), undefined)
  const narrow = Buffer.from(shell.subarray(0, 4096))
  narrow[4] = 1
  assert.equal(elfNeeds(narrow), undefined)
})
