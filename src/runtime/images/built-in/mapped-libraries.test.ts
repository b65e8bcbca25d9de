import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mappedLibraries } from './mapped-libraries.ts'

test('mappedLibraries() finds the C libraries of a process, once each, and no other mapping', () => {
  const maps = [
    '7f00-7f01 r--p 00000000 fe:00 1 /usr/lib/x86_64-linux-gnu/libc.so.6',
    '7f01-7f02 r-xp 00000000 fe:00 1 /usr/lib/x86_64-linux-gnu/libc.so.6',
    '7f02-7f03 r--p 00000000 fe:00 2 /usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30',
    '7f03-7f04 r--p 00000000 fe:00 3 /usr/lib/x86_64-linux-gnu/libnftables.so.1.1.0',
    '7f04-7f05 r--p 00000000 fe:00 4 /srv/node_modules/koffi/koffi.node',
    '7f05-7f06 rw-p 00000000 00:00 0 [heap]',
    '7f06-7f07 r--p 00000000 fe:00 5 /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
  ].join('\n')
  assert.deepEqual(mappedLibraries(maps), [
    '/lib64/ld-linux-x86-64.so.2',
    '/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
    '/usr/lib/x86_64-linux-gnu/libc.so.6',
    '/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30',
  ])
})
