import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PartName } from '#incluster/settings/part-name.ts'
import type { Installation } from '../objects/installation.ts'
import { refuseFewer } from './refuse-fewer.ts'

const of = (...parts: readonly PartName[]) => ({ namespace: 'f', settings: { parts } }) as unknown as Installation

test('parts may be added; fewer than there are is refused with both ways out', () => {
  refuseFewer(undefined, of('proxy'))
  refuseFewer(of('proxy'), of('proxy'))
  refuseFewer(of('proxy'), of('policy', 'proxy'))
  assert.throws(() => refuseFewer(of('proxy', 'policy', 'dns'), of('proxy')), {
    code: 'INSTALL_FEWER',
    message: 'policy, dns are installed in f, and not among the parts that are asked for',
    hint: 'name them too: --parts proxy,policy,dns; or fairlead uninstall, and install without them',
  })
})
