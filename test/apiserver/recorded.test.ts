import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hastyClock } from '#apiserver/testing/hasty-clock.ts'
import { type ComparableOptions, comparable } from '#apiserver/testing/recorded/comparable.ts'
import { customResources } from '#apiserver/testing/recorded/not-held/custom-resources.ts'
import type { NotHeld } from '#apiserver/testing/recorded/not-held/not-held.ts'
import { reading } from '#apiserver/testing/recorded/not-held/reading.ts'
import { services } from '#apiserver/testing/recorded/not-held/services.ts'
import { workloads } from '#apiserver/testing/recorded/not-held/workloads.ts'
import { readCases } from '#apiserver/testing/recorded/recorded-case.ts'
import { replay } from '#apiserver/testing/recorded/replay.ts'
import { startTestServer } from '#apiserver/testing/test-server.ts'

interface Run extends ComparableOptions {
  readonly notHeld?: NotHeld
}

// Answers of kube-apiserver 1.36, recorded over a fresh single-stack server. Each file is one run, in order; ours must
// answer the same in status, warnings and body. What is not held stands in not-held/, with its reason.
const FILES: Readonly<Record<string, Run>> = {
  'service-cases': { notHeld: services },
  // Recorded with the admission of ServiceAccounts switched off.
  'api-cases': {
    withoutAccounts: true,
    notHeld: { ...customResources, ...workloads, ...reading },
  },
}

// What was recorded within a second is written within one, however slow this machine is: owners are told in that order.
const now = Date.now()
const clock = { ...hastyClock, now: () => now }

for (const [file, { notHeld = {}, ...options }] of Object.entries(FILES))
  test(`the server answers as Kubernetes 1.36 did: ${file}`, async (t) => {
    const server = await startTestServer({ serviceCidrs: ['10.96.0.0/16'], clock })
    try {
      for (const one of readCases(file)) {
        const answer = await replay(server.socketPath, one)
        if (one.status === undefined) continue
        const check = (): void => {
          assert.equal(answer.status, one.status, JSON.stringify(answer.body))
          assert.deepEqual(comparable(answer.body, options), comparable(one.response, options))
          if (one.warning !== undefined) assert.equal(answer.warning, one.warning)
        }
        // Each that is not held is shown with its reason.
        const reason = notHeld[one.name]
        await t.test(one.name, reason === undefined ? {} : { todo: reason }, check)
      }
    } finally {
      await server.close()
    }
  })
